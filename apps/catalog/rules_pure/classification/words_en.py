"""English words in names of fields and datasets, and their abbreviations."""

PHRASES = {
    "secret": "password|passwd|pwd|passphrase|secret|api key|private key|access token|refresh token|auth token|bearer token"
    "|security answer|pin code|salt",
    "email": "email|e mail|mail address|email address|email addr",
    "phone": "phone|telephone|phone number|tel|tel no|mobile|mobile phone|cell phone|cellphone|fax|fax number|msisdn|telecom"
    "|home phone|work phone|voicemail",
    "person_name": "first name|last name|middle name|full name|given name|family name|surname|fname|lname|maiden name"
    "|forename|customer name|contact name|holder name|account holder name|policyholder name|claimant name|patient name"
    "|employee name|beneficiary name|insured name|recipient name|receiver name|ship name|buyer name|seller name"
    "|provider name|adjuster name|agent name|assistant name|student name|display name|nickname|author name|billing name"
    "|driver name|person name|owner name|user name|member name|guest name|nick name|given names|nee|preferred name"
    "|emergency contact|next of kin|composer",
    "name": "name|suffix|salutation|initials|prefix|first|last|title of courtesy|alias",
    "person_id": "customer id|customer key|customer number|customer no|customer sk|cust id|cust key|cust no|custkey|client id"
    "|patient id|subject id|person id|employee id|employee number|employee no|staff id|user id|member id|subscriber id"
    "|person source value|user pseudo id|user key|contact id|account holder id|rcvr id|recipient id|donor id|student id"
    "|applicant id|borrower id|passenger id|guest id|payor id|insured id|claimant id|policyholder id|driver id|hadm id"
    "|reports to|manager id|support rep id|clerk|assigned to|created by|updated by|modified by|business entity id"
    "|federation identifier|mrn|medical record number|npi|worker id|badge number|loyalty number|cgid|actor id|person key"
    "|visit id|encounter id|stay id|candidate id",
    "national_id": "ssn|social security number|social security|national id|national id number|national insurance number"
    "|nino|passport number|passport no|passport|driver license number|driving licence number|drivers license|tax id"
    "|taxpayer id|tin|personal id number|identity card|id card number|driver licence|visa number|license number",
    "birth": "birth|birth date|birthdate|birthday|date of birth|dob|birth day|birth month|birth year|year of birth"
    "|month of birth|day of birth|birth datetime|birth place|place of birth|birth country|birth city|yob|born",
    "address": "address|addr|street|street address|address line|mailing street|home address|postal address|billing address"
    "|shipping address|ship address|billing street|street name|street number|street lines|delivery address"
    "|suite number|apartment|house number|residence",
    "place": "city|zip|zip code|postcode|postal code|county|district|state|province|town|country|region|neighborhood"
    "|nation key|nation|municipality|ship city|mailing city|license state",
    "position": "latitude|longitude|lat|lon|lng|geo|location|gps|coordinates|spatial location|home lat|home lon|geolocation",
    "online_id": "ip|ip address|client ip|ip addr|remote addr|remote address|mac address|mac addr|imei|imsi|device id"
    "|advertising id|ad id|idfa|gaid|cookie|cookie id|session cookie|vendor id|fingerprint|session id|visitor id"
    "|client id|browser id|user agent|device serial|serial of device|remote host",
    "login": "username|login|login name|login id|user name|screen name|logon|account name|handle",
    "demographic": "gender|sex|marital status|nationality|citizenship|ethnic language|age|age group|date of marriage"
    "|spouse|dependents|dependent count|dep count|household size|number of children|children|mother tongue|pronouns"
    "|family status|immigration status|veteran status|military status|relationship status|demographics",
    "about_person": "education|education status|occupation|job title|language|insurance|notes|comment|interests"
    "|preferred flag|preferred cust flag|segment|mkt segment|market segment|relationship|contact title|title|hobby"
    "|vehicle count|lifetime value|last login|last login date|identifier|extension|payor|household|customer segment"
    "|number of orders|first order|order count|risk score|churn|churn score|consent|sales ytd|years driving"
    "|preferences|profession|employer|fraud details|lead score|score|biography|bio|signature|visa type|school",
    "picture": "photo|picture|portrait|avatar|image|headshot|selfie|voice recording",
    "vehicle_id": "vin|license plate|licence plate|plate number|registration plate|vehicle identification number",
    "employment": "hire date|hired|job id|termination date|vacation hours|vacation|performance rating|job title|start date"
    "|resume|cv|job code|position title|work schedule|absence|department id|performance|joined",
    "role_holder": "manager|adjuster|attorney|guarantor|physician|doctor|assistant|next of kin|contact person"
    "|account manager|sales rep|supervisor|caregiver|general practitioner|approver|reviewer|signatory|underwriter name"
    "|spouse name|beneficiary|trustee",
    "contract_id": "policy number|policy no|claim number|claim no|contract number|contract no|booking reference|pnr"
    "|ticket number|case number|application number|subscription number|meter number|policy id",
    "conviction": "conviction|criminal|criminal record|conviction date|offence|offense|arrest|felony|misdemeanor|penalty points"
    "|background check|sanction",
    "account": "iban|bank account|account no|account number|bank account number|bank acct no|acct no|sort code|account holder"
    "|bsb|acct number|acct bal|account holder name|account balance|balance|holder name|default source|wallet address|checking account",
    "bank": "bic|swift|routing number|routing no|aba number|bank code|payment terms|annual revenue|revenue|turnover"
    "|vat number|tax number|ein",
    "card": "credit card|card number|credit card number|pan|cvv|cvc|card expiry|exp month|exp year|cc num|cc number|card no"
    "|debit card|card holder|cardholder|expiry month|expiry year|last4|card fingerprint|credit card no",
    "pay": "salary|wage|wages|compensation|gross pay|net pay|bonus|commission|commission pct|income|annual income|income band"
    "|payroll|earnings|pension|sales quota|salaried|salaried flag|base pay|hourly rate|pay frequency|pay grade|stock options"
    "|severance|allowance|net worth|premium|premium amount|monthly income|household income|gross income|overtime pay",
    "pay_rate": "rate|pay|pay rate|rate change date|quota|tax|deductions|balance",
    "credit": "credit score|credit limit|credit rating|fico|creditworthiness|debt|loan amount|overdraft|mortgage|delinquency"
    "|default history|bankruptcy|credit history|loan balance|arrears|outstanding balance|delinquent",
    "money_moved": "amount|paid amount|paid by patient|transaction amount|payment amount|total charge|total charges|charge amount"
    "|payment date|claim amount|reserve amount|sum insured|loan|card type|arrival date|payment|payment method|credit card amount"
    "|refund amount|invoice amount|benefit amount|settlement amount|copay|coverage amount|charges|insured amount|payout"
    "|payment type|transfer amount|withdrawal|deposit",
    "diagnosis": "diagnosis|diagnoses|diagnosis code|icd|icd code|icd 9|disease|illness|condition concept id|symptom|symptoms"
    "|allergy|allergies|comorbidity|snomed|injury|injury description|medical history|hiv|cancer|tumor|pathology|diabetes"
    "|pregnancy|pregnant|medical condition|drg|cause of death|hospital expire|impairment|infection|chief complaint|mental health"
    "|ethanol|depression|covid|smoker|smoking|smoking status|alcohol|substance use",
    "treatment": "medication|medications|prescription|treatment|drug|drug concept id|procedure code|procedure|surgery|dosage|dose"
    "|vaccine|vaccination|immunization|therapy|lab result|lab value|anesthesia|health insurance number|medical|hospital"
    "|care unit|careunit|admission|admit time|admittime|discharge|dischtime|discharge location|body part|body site|clinical"
    "|manifestation|admission type|icu|transfusion|rehabilitation|health status|sick leave|sick leave hours|sick days|cpt"
    "|blood|blood type|blood pressure|heart rate|organ|days supply|patient notes",
    "vital": "height|weight|bmi|height cm|weight kg|temperature|pulse|glucose|oxygen saturation|respiratory rate|cholesterol"
    "|heart beat|steps",
    "health_value": "value|valuenum|value num|valueuom|result|code|concept id|quantity|value as number|value as concept id"
    "|value quantity|interpretation|flag|route|text|note|stop reason|criticality|los|length of stay|itemid|item id"
    "|start date|end date|onset|severity|dose val rx|range|insurance|specimen|cause concept id|finding|outcome|note text"
    "|type concept id|event|charttime|unit|value as string|modifier|expire flag|valueuom",
    "disability": "disability|disabled|handicap|accommodation need|special needs|impaired",
    "death": "death|death date|dod|date of death|deceased|deceased boolean|mortality|deathtime",
    "belief": "religion|religious|faith|political|political party|political affiliation|union membership|trade union|union member"
    "|belief|philosophical belief|church|denomination|party membership|political opinion|caste|creed|dietary religion",
    "origin": "race|ethnicity|ethnic|ethnic group|ethnic origin|racial|skin color|tribe|ancestry|race concept id",
    "sexuality": "sexual orientation|sexual|sex life|sexual preference|gender identity|transgender",
    "biometric": "biometric|fingerprint template|face template|faceprint|iris scan|retina|voiceprint|dna|genetic|genome|genotype"
    "|facial|dna sample id|palm print|face embedding|face encoding|gait|gene|finger print template",
    "harmless": "id|key|sk|created|created at|create date|updated|updated at|modified|status|type|code|quantity|qty|price|unit price"
    "|sku|currency|version|url|path|size|color|brand|category|row id|seq num|sequence|order date|ship date|order status|ship mode"
    "|count|flag|number|no|name|date|timestamp|time|title|description|product|item|order|line|store|warehouse|department|weight"
    "|length|width|height|format|template|language code|currency code|country code|product name|file name|title|rating"
    "|cost|discount|tax rate|tax|model|platform|event name|medium|host|subject|body|active|discontinued|label|event|stage|probability"
    "|sent|vocabulary|domain|lot number|range|position|index|duration|freight|livemode|supplier|part|film|score|accuracy|metric"
    "|feature|column|table|batch|unit|units|total|floor space|offset|via|autogen|website|ticker|employees|html|value|style|promotion"
    "|release|year|mileage|deductible|agent|close|source|min|max|loss date|body type|effective date|expiration date|term|enabled"
    "|milliseconds|page|mime|city|zip|state|address|location|street|latitude|longitude|country|region|short|long|temperature"
    "|pressure|token|age|specialty|inventory|vendor|account|comment|image|picture|group|company|name style|quality|unique"
    "|site|statement descriptor|converted|branch|job|package|dimensions|features|replacement|rental|time zone|currency symbol"
    "|coupon|interpretation|revenue|balance|credit|race|gender|passport|drug|health|skin|email|phone|ip|cause of loss|amount"
    "|budget|standard cost|cents|hash",
}
# Tables about people, and words in a name that say that a person is meant.
PEOPLE = (
    "customer|customers|client|clients|patient|patients|person|persons|people|employee|employees|staff|user|users|member|members"
    "|applicant|applicants|contact|contacts|lead|leads|passenger|passengers|policyholder|policyholders|claimant|claimants|guest"
    "|guests|student|students|subscriber|subscribers|driver|drivers|individual|individuals|beneficiary|borrower|candidate"
    "|candidates|worker|workers|household|donor|donors|visitor|visitors|consumer|consumers|buyer|shopper|physician|provider"
    "|actor|author|authors|receiver|receivers|recipient|recipients|resident|tenant|tenants|citizen|adjuster|attorney|manager"
    "|mailing|home|billing|shipping|ship|subject|cust|rep|human|holder|insured|life|demographics|personal|salesperson|session"
    "|caller|voter|owner|payee|payer|signer|personnel|crew|geo|cardholder|sales person|credit card"
)
HEALTH = (
    "patient|patients|diagnosis|diagnoses|condition|conditions|observation|observations|labevents|lab|labs|prescriptions"
    "|medication|medications|drug|measurement|measurements|procedure|procedures|encounter|encounters|admission|admissions"
    "|immunization|allergy|intolerance|icustays|icu|noteevents|chartevents|clinical|visit|death|therapy|vital|vitals|hospital"
    "|care|medical|ehr|health"
)
# Tables that list things: what stands there under a general name is about no person.
THINGS = (
    "product|products|item|items|part|parts|supplier|vendor|vendors|store|stores|warehouse|warehouses|site|film|track|artist"
    "|playlist|category|categories|department|departments|file|files|template|inventory|nation|country|countries|city|job|jobs"
    "|build|metric|metrics|model|models|concept|d|type|types|location|campaign|event|events|webhook|page|index|queue|part"
    "|opportunity|article|articles|album|genre|account|care site|call center|tax|rate|currency|region|organization|organisation"
    "|company|companies|medication|batch|vehicle|branch|branches|config|log|endpoint|label|labels"
)
# What is not the thing itself when it is the last word: how many, of which kind, whether.
ABOUT = (
    "count|cnt|num|total|type|template|template id|type id|status|format|version|length|flag|enabled|active|bounced|sent|sent at"
    "|opt in|opt out|verified|verified at|style|promotion|url|host|queue|class|category|lines|domain|family|provider|config"
    "|label|mode|count id|quality|validity|at|source|field|column|rate|seconds|ms|detected|wording|wheel|bounced date|free"
    "|job|subject|setting|settings|pattern|regex|space|line count|prefix|limit per|name style|priority|check url|memo template|condition|condition detected|number type"
)
# Words before a name that make it the name of a thing.
NAMED_THINGS = (
    "product|file|company|host|brand|event|category|column|table|field|feature|model|job|branch|key|page|department|country"
    "|region|item|store|warehouse|site|group|service|domain|database|schema|index|vocabulary|concept|promotion|bank|city"
    "|care site|stage|class|type|project|team|role|function|module|package|topic|queue|bucket|vendor|supplier|organization"
    "|nation|part|cc|campaign|display|metric|template|bearing|program|plan|tariff|street|folder|album|course|track|film|state"
)
FLAGS = "is|has|can|should|opted|autogen|preferred|indicator|flag"
HIDDEN = "hash|hashed|masked|token|tokenized|tokenised|encrypted|anonymized|anonymised|pseudonymized|pseudonymised|redacted|md5|sha"
