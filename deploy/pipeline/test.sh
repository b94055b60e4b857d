#!/bin/sh
# Runs everything that `npm test` runs, with JUnit reports beside it. Its arguments are those of `npm test`.
set -eu
. "$(dirname "$0")/settings.sh"

# Tests bring up services of their own; the project of this run is not for them.
unset COMPOSE_PROJECT_NAME COMPOSE_FILE IMAGE_TAG
export JUNIT_FOLDER="$REPORTS_FOLDER/junit"
status=0
npm test -- "$@" || status=$?
if [ "$status" -ne 0 ]; then
  # What `npm test` keeps for a look: the logs of the services, the API and the shop.
  mkdir -p "$REPORTS_FOLDER"
  test ! -d .data/test/logs || cp -R .data/test/logs "$REPORTS_FOLDER/test-logs"
  exit "$status"
fi
# Green without a report would be a build that nobody can look into.
ls "$JUNIT_FOLDER"/jest-*.xml
