{{/* What values.schema.json can't say: values that don't fit together, each refused in one sentence. */}}
{{- define "ghe-slack.refusals" -}}
{{- $keys := splitList " " (include "ghe-slack.secretKeys" .) -}}
{{- $postgresql := include "ghe-slack.postgresql" . -}}
{{- if and .Values.secret.existing .Values.secret.values -}}
{{- fail "secret.existing and secret.values are both set: keep one of them." -}}
{{- end -}}
{{- if and .Values.secret.existing (not .Values.secret.keys) -}}
{{- fail (printf "secret.keys is empty: name the settings that the Secret %s holds, like [SLACK_APP_TOKEN]." .Values.secret.existing) -}}
{{- end -}}
{{- if and .Values.secret.keys (not .Values.secret.existing) -}}
{{- fail "secret.keys is set, but secret.existing doesn't name the Secret that holds them." -}}
{{- end -}}
{{- if and (gt (int .Values.replicas) 1) (not $postgresql) -}}
{{- fail (printf "replicas is %d, but an SQLite store is held by one agent: give AGENT_DATABASE_URL (postgresql://…) and AGENT_SECRET_KEYS in the secret, or set replicas to 1." (int .Values.replicas)) -}}
{{- end -}}
{{- if and $postgresql (not (has "AGENT_SECRET_KEYS" $keys)) -}}
{{- fail "AGENT_DATABASE_URL needs AGENT_SECRET_KEYS beside it in the secret: `ghe-slack secrets new` prints a key." -}}
{{- end -}}
{{- range $name := keys .Values.settings | sortAlpha -}}
{{- if has $name $keys -}}
{{- fail (printf "%s stands in settings and in the secret: keep one of them." $name) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.authorities.configMap (not .Values.authorities.ghes) (not .Values.authorities.outside) -}}
{{- fail "authorities.configMap is set: say which of its keys is the bundle, in authorities.ghes or authorities.outside." -}}
{{- end -}}
{{- if and (or .Values.authorities.ghes .Values.authorities.outside) (not .Values.authorities.configMap) -}}
{{- fail "authorities.configMap doesn't name the ConfigMap that holds the bundles." -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host is empty: name the host of AGENT_URL." -}}
{{- end -}}
{{- if .Values.networkPolicy.enabled -}}
{{- include "ghe-slack.networkRefusals" (dict "policy" .Values.networkPolicy "postgresql" $postgresql "keys" $keys "settings" .Values.settings) -}}
{{- end -}}
{{- end -}}

{{- define "ghe-slack.networkRefusals" -}}
{{- if not .policy.from -}}
{{- fail "networkPolicy.from is empty, so nobody could reach the agent: name GHES and the browsers, or the ingress in front, like [{ipBlock: {cidr: 10.0.0.0/8}}]." -}}
{{- end -}}
{{- if not .policy.ghes.to -}}
{{- fail "networkPolicy.ghes.to is empty, so the agent couldn't reach GHES: name its address, like [{ipBlock: {cidr: 10.1.2.3/32}}]." -}}
{{- end -}}
{{- if and .postgresql (not .policy.postgresql.to) -}}
{{- fail "networkPolicy.postgresql.to is empty, so the agent couldn't reach its database: name its address or pods." -}}
{{- end -}}
{{- if and (or (has "HTTPS_PROXY" .keys) (hasKey .settings "HTTPS_PROXY")) (not .policy.outside.to) -}}
{{- fail "HTTPS_PROXY is set, so networkPolicy.outside.to and .port must be those of the proxy, like [{ipBlock: {cidr: 10.0.0.9/32}}] and 3128." -}}
{{- end -}}
{{- if and (or (has "GHES_PROXY" .keys) (hasKey .settings "GHES_PROXY")) (not .policy.ghes.port) -}}
{{- fail "GHES_PROXY is set, so networkPolicy.ghes.to and .port must be those of the proxy." -}}
{{- end -}}
{{- end -}}
