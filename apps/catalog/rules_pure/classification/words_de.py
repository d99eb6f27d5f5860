"""German words in names of fields and datasets, written with ae, oe, ue and ss."""

PHRASES = {
    "secret": "passwort|kennwort|geheimnis|zugangscode|losung",
    "email": "email adresse|mailadresse|mail adresse|e mail adresse",
    "phone": "telefon|telefonnummer|telefon nummer|handy|handynummer|mobilnummer|mobil nummer|rufnummer|faxnummer|mobiltelefon",
    "person_name": "vorname|nachname|familienname|geburtsname|kundenname|ansprechpartner|kontoinhaber name|versicherter|rufname"
    "|patientenname|mitarbeitername|empfaenger name|zuname|maedchenname|geschaedigter name|halter name|kunde name",
    "name": "anrede|titel|namenszusatz|akademischer titel",
    "person_id": "kundennummer|kunden nummer|kunden nr|kundennr|kunde id|kunden id|personalnummer|personal nummer|personalnr"
    "|mitarbeiter id|patienten id|patientennummer|versichertennummer|versicherten nummer|mitgliedsnummer|benutzer id|teilnehmer id"
    "|matrikelnummer|mitarbeiternummer|personen id",
    "national_id": "steuer id|steueridentifikationsnummer|steuernummer|idnr|sozialversicherungsnummer|sv nummer|svnr"
    "|rentenversicherungsnummer|ausweisnummer|personalausweis|reisepass|reisepassnummer|fuehrerscheinnummer|passnummer",
    "birth": "geburtsdatum|geburtstag|geburtsort|geburtsjahr|geburtsland|geb datum|gebdat|geboren|geburts datum",
    "address": "strasse|adresse|anschrift|hausnummer|wohnort|hausnr|wohnanschrift|lieferadresse|rechnungsadresse|str",
    "place": "ort|plz|postleitzahl|stadt|bundesland|gemeinde|land|landkreis|wohnsitz",
    "position": "breitengrad|laengengrad|standort|koordinaten",
    "online_id": "ip adresse|geraete id|geraetekennung|sitzung|sitzungs id",
    "login": "benutzername|anmeldename|benutzerkennung|nutzername",
    "demographic": "geschlecht|familienstand|staatsangehoerigkeit|nationalitaet|staatsbuergerschaft|alter|kinderzahl|kinder"
    "|ehepartner|muttersprache|anzahl kinder",
    "about_person": "beruf|bildung|sprache|bemerkung|notiz|kundensegment|ausbildung|arbeitgeber|hobbys|beziehung",
    "picture": "foto|bild|passbild|lichtbild|unterschrift",
    "vehicle_id": "kennzeichen|fahrgestellnummer|fin|kfz kennzeichen|amtliches kennzeichen|fahrzeug identifizierungsnummer",
    "employment": "eintrittsdatum|austrittsdatum|urlaubstage|urlaub|lebenslauf|beurteilung|eintritt|austritt|arbeitszeit"
    "|kuendigungsgrund|zeugnis",
    "role_holder": "bearbeiter|sachbearbeiter|vorgesetzter|betreuer|anwalt|arzt|hausarzt|berater|geschaedigter|halter|beguenstigter"
    "|ansprechpartnerin|bevollmaechtigter|vermittler name",
    "contract_id": "vertragsnummer|vertragsnr|policennummer|schadennummer|schadennr|versicherungsnummer|versicherungsscheinnummer"
    "|aktenzeichen|antragsnummer|zaehlernummer|vertrag nummer|policen nr",
    "conviction": "vorstrafe|vorstrafen|strafregister|verurteilung|fuehrungszeugnis|straftat|punkte flensburg",
    "account": "kontonummer|konto nr|kontonr|kontoinhaber|kontostand|bankverbindung|bankkonto|depotnummer|saldo|konto nummer",
    "bank": "blz|bankleitzahl|umsatzsteuer id|ust id|jahresumsatz|umsatz",
    "card": "kreditkarte|kreditkartennummer|kartennummer|pruefziffer karte|karteninhaber",
    "pay": "gehalt|bruttogehalt|nettogehalt|lohn|einkommen|verguetung|praemie|bonus|steuerklasse|rente|brutto gehalt|netto gehalt"
    "|bruttolohn|jahreseinkommen|beitrag|gehaltsstufe|tarifgruppe|provision|abfindung",
    "credit": "bonitaet|schufa|kreditlimit|kreditrahmen|schulden|bonitaetsscore|mahnstufe|insolvenz|pfaendung",
    "money_moved": "betrag|zahlung|schadenhoehe|auszahlung|versicherungssumme|zahlbetrag|rechnungsbetrag|ueberweisung"
    "|leistungsbetrag|schadensumme|erstattung|reserve",
    "diagnosis": "diagnose|krankheit|krankheiten|befund|vorerkrankung|vorerkrankungen|allergie|allergien|schwangerschaft|schwanger"
    "|symptome|verletzung|raucher|erkrankung|pflegegrad|icd code",
    "treatment": "medikament|medikamente|behandlung|therapie|rezept|impfung|impfstatus|krankenkasse|krankenversicherung|krankenhaus"
    "|krankheitstage|kranktage|fehltage krank|blutgruppe|operation|krankmeldung|arbeitsunfaehigkeit|dosierung|wirkstoff",
    "vital": "groesse|koerpergroesse|gewicht|puls|blutdruck",
    "disability": "behinderung|schwerbehinderung|schwerbehindert|grad der behinderung|gdb",
    "death": "todestag|sterbedatum|verstorben|todesdatum|todesursache",
    "belief": "religion|konfession|kirchensteuer|gewerkschaft|gewerkschaftsmitglied|partei|parteimitglied|weltanschauung"
    "|religionszugehoerigkeit|glaube|politische meinung|kirche",
    "origin": "ethnie|herkunft|hautfarbe|ethnische herkunft|migrationshintergrund",
    "sexuality": "sexuelle orientierung|sexualleben",
    "biometric": "fingerabdruck|gesichtsbild|biometrie|iris|genetisch",
    "harmless": "nummer|nr|bezeichnung|preis|menge|anzahl|datum|artikel|artikelnummer|lagerort|erstellt|erstellt am|geaendert am"
    "|status|typ|art|gewicht|groesse|farbe|version|kostenstelle|abteilung|tarif|laufzeit|laufzeit monate|kuendigungsdatum"
    "|schadendatum|beschreibung|waehrung|einheit|aktiv|gueltig|gueltig ab|gueltig bis|lager|bestand|mandant|kategorie|rabatt"
    "|steuersatz|zeitstempel|reihenfolge|monate|tage|newsletter aktiv",
}
PEOPLE = (
    "kunde|kunden|mitarbeiter|patient|patienten|person|personen|versicherte|versicherter|versicherungsnehmer|mitglied|mitglieder"
    "|benutzer|nutzer|bewerber|antragsteller|halter|fahrer|teilnehmer|schueler|student|studierende|buerger|empfaenger|geschaedigter"
    "|ansprechpartner|kontakt|kontakte|personal|interessent|interessenten|angestellte"
)
HEALTH = (
    "patient|patienten|diagnose|diagnosen|befund|befunde|behandlung|medikament|labor|krankheit|klinik|pflege|gesundheit"
)
THINGS = (
    "artikel|produkt|produkte|lager|filiale|filialen|lieferant|lieferanten|datei|dateien|standort|standorte|abteilung|kategorie"
    "|maschine|maschinen|fahrzeug|vorlage|land|laender|tarif"
)
ABOUT = "anzahl|typ|art|vorlage|status|format|aktiv|version|kennung art|am|gueltig"
NAMED_THINGS = "produkt|artikel|datei|firmen|abteilungs|feld|tabellen|tarif|filial|projekt|rechner"
FLAGS = "ist|hat|kennz"
HIDDEN = "gehasht|maskiert|verschluesselt|anonymisiert|pseudonymisiert|pseudonym"
