# What the scripts of the pipeline share; read by each of them, never run. By hand everything has a default.
cd "$(dirname "$0")/../.."

# Jenkins's BUILD_TAG may hold what a Compose project must not.
project=$(printf '%s' "${COMPOSE_PROJECT_NAME:-payment-backend-pipeline}" | tr '[:upper:]' '[:lower:]' | tr -c 'a-z0-9_-' '-')
COMPOSE_PROJECT_NAME=$(printf '%s' "$project" | sed 's/^[^a-z0-9]*//')
# The same images under a tag of this run, so that two runs do not take each other's.
IMAGE_TAG="$COMPOSE_PROJECT_NAME"
# Ports that the engine chooses, and none for what only containers call.
COMPOSE_FILE=docker-compose.yml:deploy/pipeline/compose.yml
COMPOSE_PATH_SEPARATOR=:
# Neither a .env file nor a profile of somebody's shell belongs into a build.
COMPOSE_DISABLE_ENV_FILE=1
COMPOSE_PROFILES=
export COMPOSE_PROJECT_NAME IMAGE_TAG COMPOSE_FILE COMPOSE_PATH_SEPARATOR COMPOSE_DISABLE_ENV_FILE COMPOSE_PROFILES

REPORTS_FOLDER=${REPORTS_FOLDER:-.data/reports/by-hand}

# Where a published port of a service is, as 127.0.0.1:PORT.
address_of() {
  docker compose port "$1" "$2"
}
