#!/bin/sh
# Buys something through the API, and once more through the shop's own origin, which passes the API's paths on.
set -eu
. "$(dirname "$0")/settings.sh"

api=$(address_of api 8080)
web=$(address_of web 8080)
npm run smoke -- --api "http://$api" --junit "$REPORTS_FOLDER/junit/smoke-api.xml"
npm run smoke -- --api "http://$web" --junit "$REPORTS_FOLDER/junit/smoke-web.xml"
