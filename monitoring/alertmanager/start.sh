#!/bin/sh
# Starts Alertmanager in docker-compose.yml. It reads no variables, so its configuration is written here: alertmanager.yml with
# the receivers that .env and .secrets name.
#   mail:     ALERT_MAIL_TO, ALERT_MAIL_FROM, ALERT_SMTP (host:port, with STARTTLS), ALERT_SMTP_USER; secret alert_smtp_password
#   webhook:  secret alert_webhook_url
set -eu
here=$(dirname "$0")
secrets=${ALERT_SECRETS:-/run/secrets}
file=${TMPDIR:-/tmp}/alertmanager.yml

# A value in YAML's single quotes.
quote() { printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"; }

{
  sed '/^receivers:/,$d' "$here/alertmanager.yml"
  printf 'receivers:\n  - name: people\n'
  if [ -n "${ALERT_MAIL_TO:-}" ]; then
    printf '    email_configs:\n'
    printf '      - to: %s\n' "$(quote "$ALERT_MAIL_TO")"
    printf '        from: %s\n' "$(quote "${ALERT_MAIL_FROM:-$ALERT_MAIL_TO}")"
    printf '        smarthost: %s\n' "$(quote "${ALERT_SMTP:?set ALERT_SMTP to host:port of the mail server}")"
    if [ -n "${ALERT_SMTP_USER:-}" ]; then
      printf '        auth_username: %s\n' "$(quote "$ALERT_SMTP_USER")"
      printf '        auth_password_file: %s\n' "$(quote "$secrets/alert_smtp_password")"
    fi
    printf '        require_tls: true\n        send_resolved: true\n'
  fi
  if [ -s "$secrets/alert_webhook_url" ]; then
    printf '    webhook_configs:\n      - url_file: %s\n        send_resolved: true\n' "$(quote "$secrets/alert_webhook_url")"
  fi
} >"$file"
if [ -z "${ALERT_MAIL_TO:-}" ] && [ ! -s "$secrets/alert_webhook_url" ]; then
  echo "alerts are not delivered: set ALERT_MAIL_TO or the secret alert_webhook_url (monitoring/README.md)" >&2
fi
exec alertmanager "--config.file=$file" "$@"
