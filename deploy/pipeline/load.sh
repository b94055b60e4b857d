#!/bin/sh
# Runs the load scenarios that its arguments name against the containers of this run, one after the other, each to its end.
# Fails when a threshold broke, and when the generator was too slow to judge. The reports are kept either way.
set -eu
. "$(dirname "$0")/settings.sh"

if [ "$#" -eq 0 ]; then
  echo "which scenarios? npm run load -- --list" >&2
  exit 1
fi
api=$(address_of api 8080)
# Beside the reports, which the next build removes: the runs of all builds in this workspace, for the trend.
history=.data/load-history.csv
folder="$REPORTS_FOLDER/load"
status=0
for scenario in "$@"; do
  npm run load -- "$scenario" --api "http://$api" --reports "$folder" --history "$history" --invariants-wait 130 || status=$?
done
mkdir -p "$REPORTS_FOLDER/junit"
for report in "$folder"/*.xml; do
  test ! -e "$report" || cp "$report" "$REPORTS_FOLDER/junit/load-$(basename "$report")"
done
exit "$status"
