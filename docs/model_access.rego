# Decides on calls of models with the data of /api/v1/model-access/export/opa, loaded as `data.gatehouse`.
# Rates and budgets are counted elsewhere: by the gateway, by the portal's decision endpoint, or with a signed bundle.
# Input: subject {type, id}, model, and either grant or environment and purpose; as far as known use_case, max_tokens,
# temperature, tools, modalities, data_level, data_categories.
package gatehouse.model_access

import rego.v1

# The data is not to be relied on for longer than this many seconds, whatever a grant says.
fresh := 3600

levels := {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}

default allow := false

allow if count(allowing) > 0

# The grants that allow it, by key.
allowing contains grant.grant if {
	some grant in data.gatehouse.grants
	matches(grant)
	count(exceeded(grant)) == 0
}

# What stands in the way of the grants that are for this caller, model and environment.
reasons contains sprintf("%s: %s", [grant.grant, bound]) if {
	some grant in data.gatehouse.grants
	matches(grant)
	some bound in exceeded(grant)
}

matches(grant) if {
	grant.subject.type == input.subject.type
	input.subject.id in {grant.subject.id, grant.subject.name}
	input.model in grant.names
	named(grant)
	object.get(input, "environment", grant.environment) == grant.environment
	object.get(input, "purpose", grant.purpose) == grant.purpose
	object.get(input, "use_case", grant.use_case) == grant.use_case
	now := time.now_ns() / 1000000000
	grant.from <= now
	now < grant.until
	now < data.gatehouse.issued_at + fresh
}

# A gateway that knows whose key it is names the grant; everybody else says where and what for.
named(grant) if input.grant == grant.grant

named(_) if {
	input.environment != ""
	input.purpose != ""
}

exceeded(grant) := {bound | some bound in bounds(grant)}

bounds(grant) := union({
	{"max_tokens" | object.get(input, "max_tokens", 0) > object.get(grant.bounds, "max_tokens", 0); grant.bounds.max_tokens != null},
	{"temperature" | object.get(input, "temperature", 0) > to_number(grant.bounds.max_temperature); grant.bounds.max_temperature != null},
	{"tools" | not grant.bounds.any_tool; some tool in object.get(input, "tools", []); not tool in grant.bounds.tools},
	{"modalities" | some one in object.get(input, "modalities", []); not one in grant.bounds.modalities},
	{"data_level" | object.get(levels, object.get(input, "data_level", "public"), 3) > levels[grant.bounds.data_level]},
	{"data_categories" | some one in object.get(input, "data_categories", []); not one in grant.bounds.data_categories},
})
