#!/usr/bin/env bash
# Deploys OMNIX to AWS as one stack, updates it, shows what an update would do, or deletes it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: infrastructure/deploy.sh [options]

  -e, --environment ENV   dev (default), staging, prod or test
  -r, --region REGION     AWS region (default: AWS_REGION, else us-east-1)
  -d, --domain DOMAIN     own name of the REST API, such as api.example.com; its zone must be
                          in Route 53
      --dry-run           make the change set, show it, and do not execute it
      --delete            delete the stack; prod asks for the word DELETE
  -h, --help              this text

What is optional is set by variables, and kept from one deployment to the next:
  OMNIX_WEB_DOMAIN           own name of the web pages, such as shop.example.com, in the same
                             zone as -d where both are given; in us-east-1 alone
  OMNIX_ALERT_EMAIL          address that alarms are sent to
  OMNIX_SPEND_LIMIT          US dollars a month beyond which an alarm is raised
  OMNIX_MAIL_SENDER          address that mail comes from, verified in SES
  OMNIX_BEDROCK_MODEL        id of the language model that may be asked
  OMNIX_PRIVATE_NETWORK      true: the functions run in a network of their own
  OMNIX_MODEL_TRAINING       true: models may be trained on SageMaker
  OMNIX_TRUSTED_ACCOUNT, OMNIX_TRUSTED_EXTERNAL_ID
                             another account that may read the lake
  OMNIX_PROJECT              what the names begin with (default omnix-ai)
  OMNIX_ARCHITECTURE         arm64 (default) or x86_64
  OMNIX_FUNCTION_PYTHON      Python of the bundles (default 3.13; emulators run their own)

Credentials come from the usual places of the AWS command line. With AWS_ENDPOINT_URL everything
goes to an emulator.
TEXT
}

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'deploy.sh: %s\n' "$*" >&2
  exit 1
}

environment=dev region=${AWS_REGION:-us-east-1} domain='' dry_run=false delete=false
project=${OMNIX_PROJECT:-omnix-ai}
while (($#)); do
  case $1 in
    -e | --environment | -r | --region | -d | --domain)
      [[ -n ${2:-} && $2 != -* ]] || fail "$1 needs a value. See --help."
      ;;&
    -e | --environment) environment=$2 && shift ;;
    -r | --region) region=$2 && shift ;;
    -d | --domain) domain=$2 && shift ;;
    --dry-run) dry_run=true ;;
    --delete) delete=true ;;
    -h | --help) usage && exit 0 ;;
    *) fail "I do not know the option $1. See --help." ;;
  esac
  shift
done

case $environment in
  dev | staging | prod | test) ;;
  *) fail "The environment must be dev, staging, prod or test, not '$environment'." ;;
esac
[[ $region =~ ^[a-z]{2}(-[a-z]+)+-[0-9]$ ]] || fail "'$region' is no region, such as us-east-1."
[[ -z $domain || $domain =~ ^([a-z0-9-]+\.)+[a-z]{2,}$ ]] || fail "'$domain' is no domain name."
[[ $project =~ ^[a-z][a-z0-9-]{1,19}$ ]] ||
  fail "OMNIX_PROJECT must be 2 to 20 lower-case letters, digits and dashes."
$dry_run && $delete && fail "--dry-run and --delete exclude each other."

stack=$project-infrastructure-$environment
export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER=''
# shellcheck source-path=SCRIPTDIR source=deploy_steps.sh
source infrastructure/deploy_steps.sh

check_tools
check_credentials
if $delete; then
  # shellcheck source-path=SCRIPTDIR source=delete_steps.sh
  source infrastructure/delete_steps.sh
  delete_stack
  exit 0
fi
check_domain

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if $dry_run; then
  build_names
else
  build_bundles
  build_web
fi
make_code_bucket
$dry_run || upload_bundles
upload_template
make_change_set
if $dry_run; then
  show_change_set
  forget_change_set
  say 'Nothing was changed.'
  exit 0
fi
execute_change_set
upload_web
start_upkeep
check_health
show_outputs
