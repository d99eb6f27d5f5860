"""What a column may mean to us, and the words by which it is recognised, whoever wrote the header."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .wording import singular


class Kind(StrEnum):
    """How a column's values are read."""

    CHOICE = "choice"
    DATE = "date"
    EMAIL = "email"
    LINK = "link"
    LIST = "list"
    NAME = "name"
    TEXT = "text"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Target:
    """One of our fields. `phrases` are words of a header (singular, plain); `without` are words that speak against it."""

    key: str
    kind: Kind
    phrases: tuple[str, ...]
    without: tuple[str, ...] = ()
    system_field: str = ""
    # The same as lists of singular words, taken apart once.
    phrase_words: tuple[tuple[str, ...], ...] = ()
    without_words: tuple[tuple[str, ...], ...] = ()


def _target(key: str, kind: Kind, phrases: str, without: str = "", system_field: str = "") -> Target:
    for_it, against_it = _cut(phrases), _cut(without)
    return Target(key, kind, for_it, against_it, system_field, _taken_apart(for_it), _taken_apart(against_it))


def _cut(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _taken_apart(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(singular(word) for word in phrase.split()) for phrase in phrases)


TARGETS: tuple[Target, ...] = (
    # Which record it is.
    _target(
        "external_id", Kind.NAME,
        "use case id, use case identifier, inventory id, system id, application id, record id, unique identifier, unique id, "
        "identifier, reference, reference number, ref, id, kennung, nummer, ident, identifiant",
        "ato, name, vendor, user, verify, personally, identifiable, indicator, url, cost, tax",
    ),
    _target(
        "name", Kind.NAME,
        "use case name, use case title, ai use case, system name, ai system name, ai system, ai tool, solution name, application name, "
        "model name, project name, initiative name, product name, name of use case, name of system, tool name, title, name, "
        "bezeichnung, titel, anwendungsfall, nom, intitule, use case",
        "vendor, agency, bureau, office, department, file, contact, owner, user, supplier, id, identifier, topic, company, "
        "ato, authorization, manufacturer, sponsor, problem, description, stage, purpose, high, impact, entity, organisation, "
        "organization, person, steward, associated, email, developer, country, dataset, unit, url",
        "name",
    ),
    _target(
        "organisation", Kind.NAME,
        "agency name, organization name, organisation name, legal entity, company, company name, reporting agency, organization, "
        "organisation, agency, department, institution, ministry, authority, entity, gesellschaft, unternehmen, behorde, organisme, "
        "ministerium",
        "bureau, component, sub, code, vendor, abbreviation, mission, risk, review, board, supplier, office, indicator, impact, benefit",
    ),
    _target(
        "organisation_code", Kind.NAME,
        "department code, agency code, agency abbreviation, organization code, organisation code, agency acronym, entity code",
        "",
    ),
    _target(
        "unit", Kind.NAME,
        "bureau component, agency bureau, bureau, component, sub agency, subagency, operating administration, business unit, "
        "organizational unit, organisational unit, unit, division, department, business area, business function, team, subsidiary, "
        "abteilung, bereich, fachbereich, ressort, service, direction",
        "cost, code, data, software, component version, deployment, level, requirement, measure",
    ),
    _target("subunit", Kind.NAME, "office, sub unit, subunit, sub component, branch, section, subdivision, referat, group", "topic"),
    # What it is for.
    _target(
        "summary", Kind.TEXT,
        "summary, description, use case description, system description, short description, brief description, overview, about, "
        "abstract, beschreibung, kurzbeschreibung, description of use case, what does it do, functionality",
        "problem, benefit, output, data, impact, vendor, demographic, feedback, risk, training, variable, control, role, limitation",
        "summary",
    ),
    _target(
        "problem", Kind.TEXT,
        "problem description, what problem, problem, problem solved, intended purpose, purpose, business need, objective, goal, zweck, "
        "verwendungszweck, ziel, objectif, finalite, use case purpose, reason for use, mission need",
        "data, output, collection", "problem",
    ),
    _target(
        "benefit", Kind.TEXT,
        "benefit description, expected benefit, benefit, positive outcome, expected value, business value, value proposition, nutzen, "
        "avantage", "risk, measure", "benefit",
    ),
    _target("benefit_measure", Kind.TEXT, "benefit measure, kpi, success metric, success measure, key performance indicator", "", "benefit_measure"),
    _target(
        "outputs", Kind.TEXT,
        "output description, system output, ai system output, output, result produced, prediction, recommendation, ausgabe, ergebnis, sortie",
        "training, operator, interpret, act, appeal", "outputs",
    ),
    _target(
        "people_affected", Kind.TEXT,
        "people affected, affected person, affected group, impacted population, impacted individual, data subject, who is affected, betroffene",
        "appeal, process, contest", "people_affected",
    ),
    _target("intended_users", Kind.TEXT, "intended user, user group, end user, primary user, who use, target user, nutzer, anwender", "feedback, consult, incorporate, public", "intended_users"),
    _target("human_involvement", Kind.TEXT, "human oversight, human in the loop, human involvement, human review, menschliche aufsicht", "training, fail, safe, harm, without", "human_involvement"),
    _target("regulation", Kind.TEXT, "applicable law, applicable regulation, regulation, legal basis, rechtsgrundlage, regulatory requirement", "consistent, practicable, permitted", "regulation"),
    # What the source says of its state.
    _target(
        "stage", Kind.CHOICE,
        "development stage, stage of development, lifecycle stage, life cycle stage, lifecycle phase, stage, phase, deployment status, "
        "operational status, implementation status, project status, use case status, status, deployment stage, lebenszyklus, etat, statut",
        "ato, review, testing, assessment, risk, approval, pia, compliance, start, date, impact, document",
    ),
    _target(
        "high_impact", Kind.YES_NO,
        "high impact, is high impact, high impact indicator, rights impacting, safety impacting, impact type, high risk, risk level, "
        "risk class, risk classification, risk category, hochrisiko, risikoklasse, criticality",
        "justification, testing, assessment, reason, why, date, mitigation, description",
    ),
    _target("high_impact_reason", Kind.TEXT, "high impact justification, hi justification, justification, rationale, reason for high impact, begrundung", "data"),
    _target("topic", Kind.CHOICE, "topic area, use case topic area, topic, domain, category, use case category, business domain, sector, policy area, thema, kategorie", "risk, data, impact, personal, special"),
    _target("classification", Kind.CHOICE, "ai classification, type of ai, ai type, technique, ai technique, ai technology, ai method, model type, technology, classification, kind of ai, ki typ, verfahren", "data, risk, security, impact, legal, information"),
    _target("started_on", Kind.DATE, "operational date, operation date, date implemented, implementation date, deployment date, go live date, go live, start date, date operational, became operational, in production since, date of deployment, produktiv seit, inbetriebnahme", "end, retire, review"),
    _target("retired_on", Kind.DATE, "retirement date, date retired, end date, decommission date, decommissioned on, sunset date", "start"),
    _target("last_reviewed_on", Kind.DATE, "last review, last reviewed, review date, last updated, date updated, last update", ""),
    # Who makes it.
    _target(
        "sourcing", Kind.CHOICE,
        "purchased from a vendor or developed, contracting usage, contractor indicator, in house, build or buy, development method, sourcing, "
        "how was it acquired, acquisition type, procurement, built or bought, make or buy, development approach, source type, "
        "developed in house, commercial off the shelf",
        "vendor name, code, cost, instrument",
    ),
    _target("vendor", Kind.NAME, "vendor name, vendor, supplier name, supplier, provider, manufacturer, third party provider, developer, contractor name, anbieter, hersteller, lieferant, fournisseur", "purchased, indicator, url, developed, risk, contract number"),
    # Data and code.
    _target("training_data", Kind.TEXT, "data description, training data description, training data, data used, data used to train, data source, input data, datasets used, datenquelle, agency owned data", "link, url, open, pii, personal, catalog"),
    _target("data_link", Kind.LINK, "enterprise data inventory url, link to data, federal data catalog, open government data, data url, data link, data catalog", ""),
    _target("personal_data", Kind.YES_NO, "pii indicator, has pii, pii, personally identifiable information, personal data, personal information, contains personal data, personenbezogene daten, donnees personnelles", "url, link, pia, assessment"),
    _target("privacy_link", Kind.LINK, "pia url, pia link, pia, privacy impact assessment, dpia, privacy assessment", ""),
    _target("demographics", Kind.LIST, "demographic feature, demographic variable description, demographic variable, demographic, protected characteristic, sensitive attribute", ""),
    _target("custom_code", Kind.YES_NO, "custom code indicator, has custom code, custom developed code, custom code", ""),
    _target("code_link", Kind.LINK, "open source code url, code url, source code url, source code, code link, repository, code repository, github", "custom"),
    # Authorisation there, and the practices.
    _target("ato", Kind.YES_NO, "ato indicator, have ato, authorization to operate, authority to operate, ato", "system name, number, date"),
    _target("ato_system", Kind.NAME, "system name ato, ato system name, system s name, system name, authorization boundary, fisma system, associated system", ""),
    _target("testing", Kind.YES_NO, "predeployment testing indicator, predeployment testing, pre deployment testing, hi testing conducted, testing conducted, real world testing, been tested, tested in operational, testing, tested, test status, getestet", "date, data, plan, usability"),
    _target("impact_assessment", Kind.YES_NO, "ai impact assessment indicator, ai impact assessment, hi assessment completed, impact assessment, risk assessment, assessment completed, fria", "privacy, pia, potential, description, dpia, data protection"),
    _target("potential_impacts", Kind.TEXT, "potential impact description, hi potential impact, potential impact, potential harm, risk description, known risk, identified risk, key risk", "level, class"),
    _target("independent_review", Kind.YES_NO, "independent review indicator, hi independent review, independent review, independent evaluation, independent validation", ""),
    _target("monitoring", Kind.YES_NO, "ongoing monitoring indicator, hi ongoing monitoring, ongoing monitoring, process to monitor, monitor performance, monitoring, monitored, uberwachung", "url, link"),
    _target("operator_training", Kind.YES_NO, "operator training indicator, training for operator, hi training established, operator training, training established, periodic training, human training, staff training", "data, train fine"),
    _target("fail_safe", Kind.YES_NO, "fail safe indicator, hi failsafe presence, fail safe, failsafe, kill switch, fallback", ""),
    _target("appeal", Kind.YES_NO, "appeal process indicator, hi appeal process, appeal process, appeal, redress, contest, remedy, opt out", ""),
    _target("feedback", Kind.LIST, "end user feedback description, hi public consultation, public consultation, feedback from end user, consult and incorporate feedback, consultation, stakeholder feedback, feedback", ""),
    _target("withheld", Kind.YES_NO, "public reporting indicator, withheld from public reporting, is withheld, withheld, public reporting, public release, confidential entry", ""),
    # People.
    _target("owner_email", Kind.EMAIL, "owner email, system owner email, business owner email, product owner email, owner mail, owner e mail, responsible email", ""),
    _target("contact_email", Kind.EMAIL, "email address, contact email, e mail address, email, e mail, point of contact email, poc email, mail, contact address", "owner"),
    _target("owner_name", Kind.NAME, "owner name, system owner, business owner, product owner, owner, responsible person, accountable person, verantwortlich, responsable", "email, mail, data"),
    _target("contact_name", Kind.NAME, "contact name, point of contact, contact person, poc, contact, ansprechpartner", "email, mail"),
)  # fmt: skip

BY_KEY = {target.key: target for target in TARGETS}
# Facts that are only there to name the record; they are no facts about it.
IDENTIFYING = frozenset({"external_id", "organisation", "organisation_code", "unit", "subunit", "name"})
SYSTEM_FIELDS = {target.key: target.system_field for target in TARGETS if target.system_field}
