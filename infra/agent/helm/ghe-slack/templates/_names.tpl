{{- define "ghe-slack.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "ghe-slack.fullname" -}}
{{- $name := include "ghe-slack.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "ghe-slack.selector" -}}
app.kubernetes.io/name: {{ include "ghe-slack.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ghe-slack.labels" -}}
{{ include "ghe-slack.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "ghe-slack.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "ghe-slack.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "ghe-slack.secretName" -}}
{{- default (include "ghe-slack.fullname" .) .Values.secret.existing -}}
{{- end -}}

{{- define "ghe-slack.claimName" -}}
{{- default (include "ghe-slack.fullname" .) .Values.persistence.existingClaim -}}
{{- end -}}

{{- define "ghe-slack.scheme" -}}
{{- ternary "https" "http" (not (empty .Values.tls.secretName)) -}}
{{- end -}}

{{/* The settings that the secret holds, separated by blanks. */}}
{{- define "ghe-slack.secretKeys" -}}
{{- ternary .Values.secret.keys (keys .Values.secret.values) (not (empty .Values.secret.existing)) | sortAlpha | join " " -}}
{{- end -}}

{{/* "yes" where the store is a PostgreSQL. */}}
{{- define "ghe-slack.postgresql" -}}
{{- if has "AGENT_DATABASE_URL" (splitList " " (include "ghe-slack.secretKeys" .)) -}}yes{{- end -}}
{{- end -}}
