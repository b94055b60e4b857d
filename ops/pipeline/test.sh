#!/bin/sh
# Runs everything that `npm test` runs, with JUnit reports beside it. Its arguments are those of `npm test`.
set -eu
. "$(dirname "$0")/settings.sh"

# Tests bring up services of their own; the project name of this build is not for them.
unset COMPOSE_PROJECT_NAME COMPOSE_FILE IMAGE_TAG
export JUNIT_FOLDER="$REPORTS_FOLDER/junit"
npm test -- "$@"
# Green without a report would be a build that nobody can look into.
ls "$JUNIT_FOLDER"/jest-*.xml
