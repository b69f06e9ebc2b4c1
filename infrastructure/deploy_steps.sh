# shellcheck shell=bash disable=SC2154
# The steps of deploy.sh, which sets the variables that they share.

folder=build/bundles
architecture=${OMNIX_ARCHITECTURE:-arm64}
python=${OMNIX_FUNCTION_PYTHON:-3.13}

# Asks AWS; what it answers in a failure is told below a sentence of ours.
ask() {
  local why=$1 answer
  shift
  if ! answer=$(aws "$@" 2>&1); then
    fail "$why
$answer"
  fi
  printf '%s' "$answer"
}

exists() { aws "$@" >/dev/null 2>&1; }

check_tools() {
  local tool missing=()
  for tool in aws python3 curl; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if ! $delete && ! $dry_run; then
    [[ -x .venv/bin/uv ]] || command -v uv >/dev/null || missing+=(uv)
    [[ -f web/out/index.html ]] || command -v npm >/dev/null || missing+=(npm)
  fi
  ((${#missing[@]} == 0)) || fail "Install first: ${missing[*]}."
}

check_credentials() {
  local answer
  if ! answer=$(aws sts get-caller-identity --query '[Account,Arn]' --output text 2>&1); then
    fail "AWS does not know who you are. Run 'aws configure', or set AWS_PROFILE or AWS_ACCESS_KEY_ID.
$answer"
  fi
  read -r account caller <<<"$answer"
  code_bucket=$project-code-$environment-$account
  say "Account $account, region $region, as $caller"
}

check_domain() {
  zone=''
  local named=${domain:-${OMNIX_WEB_DOMAIN:-}}
  [[ -n $named ]] || return 0
  local parent=$named
  # The longest zone that the domain lies in.
  while [[ $parent == *.* && -z $zone ]]; do
    zone=$(ask "The zones in Route 53 cannot be listed." route53 list-hosted-zones-by-name \
      --dns-name "$parent" --max-items 1 --output text \
      --query "HostedZones[?Name=='$parent.' && !Config.PrivateZone].Id | [0]")
    [[ $zone == None ]] && zone=''
    parent=${parent#*.}
  done
  [[ -n $zone ]] || fail "No zone in Route 53 holds $named. Make one there first, or leave -d out."
  zone=${zone##*/}
}

build_names() {
  step 'Bundles'
  bundles=$(python3 infrastructure/bundles.py "$folder" --names \
    --architecture "$architecture" --python "$python") || fail 'The bundles cannot be named.'
}

build_bundles() {
  step 'Bundles'
  local size=()
  [[ -z ${AWS_ENDPOINT_URL:-} ]] || size=(--any-size)
  bundles=$(python3 infrastructure/bundles.py "$folder" "${size[@]}" \
    --architecture "$architecture" --python "$python") || fail 'The bundles were not built.'
}

build_web() {
  step 'Web'
  if [[ ! -f web/out/index.html ]]; then
    (cd web && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build) ||
      fail 'The web was not built.'
  fi
  # The address at CloudFront sends one policy with all pages.
  python3 - <<'CODE' || fail 'A page has scripts of its own, which the policy of the web forbids.'
import json, sys
sys.exit(any(json.load(open("web/out/csp.json")).values()))
CODE
}

make_code_bucket() {
  made_bucket=false
  exists s3api head-bucket --bucket "$code_bucket" && return 0
  step "Bucket $code_bucket"
  local where=()
  [[ $region == us-east-1 ]] ||
    where=(--create-bucket-configuration "LocationConstraint=$region")
  ask "The bucket for code cannot be made." s3api create-bucket --bucket "$code_bucket" \
    "${where[@]}" >/dev/null
  made_bucket=true
  ask "The bucket for code cannot be closed to the public." s3api put-public-access-block \
    --bucket "$code_bucket" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
  ask "The bucket for code cannot be set to TLS." s3api put-bucket-policy \
    --bucket "$code_bucket" --policy "$(printf '{"Version":"2012-10-17","Statement":[{
    "Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["%s","%s/*"],
    "Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}' \
      "arn:aws:s3:::$code_bucket" "arn:aws:s3:::$code_bucket")"
}

upload_bundles() {
  local key digest name
  while IFS='=' read -r key digest; do
    name=${key%Version}
    name=${name,,}
    [[ $name == code ]] && name=omnix
    name=$name-$digest.zip
    if ! exists s3api head-object --bucket "$code_bucket" --key "$name"; then
      say "Uploading $name"
      ask "The bundle $name cannot be uploaded." s3 cp --only-show-errors \
        "$folder/$name" "s3://$code_bucket/$name"
    fi
  done <<<"$bundles"
}

# What an earlier stack of this name left behind is taken over, with its data and its key. It is
# found by its names, which for this must stand in the template as they are.
take_over() {
  former_key=''
  case $(stack_status) in
    NONE | REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE) ;;
    *) return 0 ;;
  esac
  exists dynamodb describe-table --table-name "$project-products-$environment" || return 0
  say "What the former $stack left is taken over."
  former_key=$(aws dynamodb describe-table --table-name "$project-products-$environment" \
    --query Table.SSEDescription.KMSMasterKeyArn --output text)
  [[ $former_key == arn:* ]] || former_key=''
  python3 - "$template_file" "$project" "$environment" "$account" >"$work/template.yml" <<'CODE'
import pathlib, re, sys

text, project, environment, account = pathlib.Path(sys.argv[1]).read_text(), *sys.argv[2:]
known = {"ProjectName": project, "Environment": environment, "AWS::AccountId": account}


def literal(found):
    name = re.sub(r"\$\{([\w:]+)\}", lambda part: known[part[1]], found[2])
    return f"{found[1]}: {name}"


sys.stdout.write(re.sub(r"\b(TableName|BucketName):\n\s+Fn::Sub: (\S+)", literal, text))
CODE
  template_file=$work/template.yml
}

upload_template() {
  step 'Template'
  local name
  template_file=infrastructure/cloudformation-template.yml
  take_over
  name=template-$(sha256sum "$template_file" | cut -c1-16).yml
  ask "The template cannot be uploaded." s3 cp --only-show-errors \
    "$template_file" "s3://$code_bucket/$name"
  template=https://$code_bucket.s3.$region.amazonaws.com/$name
  [[ -z ${AWS_ENDPOINT_URL:-} ]] || template=$AWS_ENDPOINT_URL/$code_bucket/$name
  ask "CloudFormation refuses the template." cloudformation validate-template \
    --template-url "$template" --query Description --output text
  echo
}

stack_status() {
  aws cloudformation describe-stacks --stack-name "$stack" \
    --query 'Stacks[0].StackStatus' --output text 2>/dev/null || echo NONE
}

# Prints the change set's parameters: those given now, and those that were given before.
parameters() {
  local before given key
  before=$(aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query 'Stacks[0].Parameters[].ParameterKey' 2>/dev/null || true)
  given="Environment=$environment
ProjectName=$project
CodeBucket=$code_bucket
Architecture=$architecture
$bundles"
  [[ -z $domain ]] || given+="
DomainName=$domain"
  [[ -z $zone ]] || given+="
HostedZoneId=$zone"
  [[ -z $former_key ]] || given+="
FormerKey=$former_key"
  local pair variable
  for pair in WebDomainName:OMNIX_WEB_DOMAIN AlertEmail:OMNIX_ALERT_EMAIL SpendLimit:OMNIX_SPEND_LIMIT \
    MailSender:OMNIX_MAIL_SENDER BedrockModel:OMNIX_BEDROCK_MODEL PrivateNetwork:OMNIX_PRIVATE_NETWORK \
    ModelTraining:OMNIX_MODEL_TRAINING TrustedAccount:OMNIX_TRUSTED_ACCOUNT \
    TrustedExternalId:OMNIX_TRUSTED_EXTERNAL_ID; do
    variable=${pair#*:}
    [[ -z ${!variable:-} ]] || given+="
${pair%%:*}=${!variable}"
  done
  while IFS='=' read -r key value; do
    printf 'ParameterKey=%s,ParameterValue=%s\n' "$key" "$value"
  done <<<"$given"
  for key in $before; do
    grep -q "^$key=" <<<"$given" || printf 'ParameterKey=%s,UsePreviousValue=true\n' "$key"
  done
}

make_change_set() {
  step "Stack $stack"
  local status kind=UPDATE import=() given
  status=$(stack_status)
  case $status in
    ROLLBACK_COMPLETE | ROLLBACK_FAILED)
      $dry_run && fail "The stack failed when it was made ($status); deploy without --dry-run."
      say "The stack failed when it was made ($status); what is left of it goes first."
      aws cloudformation delete-stack --stack-name "$stack"
      aws cloudformation wait stack-delete-complete --stack-name "$stack"
      status=NONE
      ;;
    *_IN_PROGRESS)
      [[ $status == REVIEW_IN_PROGRESS ]] ||
        fail "Another deployment of $stack is under way ($status). Wait for its end."
      ;;
    UPDATE_ROLLBACK_FAILED)
      fail "The last update was not taken back in full. See docs/operations.md, roll back."
      ;;
  esac
  was=$status
  if [[ $status == NONE || $status == REVIEW_IN_PROGRESS ]]; then
    kind=CREATE
    import=(--import-existing-resources)
  fi
  change_set=omnix-$(date -u +%Y%m%d%H%M%S)
  mapfile -t given < <(parameters)
  ask "The change set cannot be made." cloudformation create-change-set \
    --stack-name "$stack" --change-set-name "$change_set" --change-set-type "$kind" \
    --template-url "$template" --parameters "${given[@]}" "${import[@]}" \
    --capabilities CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND \
    --tags "Key=project,Value=$project" "Key=environment,Value=$environment" >/dev/null
  changes=true
  if ! aws cloudformation wait change-set-create-complete --stack-name "$stack" \
    --change-set-name "$change_set" 2>/dev/null; then
    local reason
    reason=$(aws cloudformation describe-change-set --stack-name "$stack" \
      --change-set-name "$change_set" --query StatusReason --output text)
    case $reason in
      *"didn't contain changes"* | *'No updates are to be performed'*) changes=false ;;
      *)
        forget_change_set
        fail "The change set was refused: $reason"
        ;;
    esac
  fi
}

show_change_set() {
  if ! $changes; then
    say 'The stack is as it should be: no changes.'
    return
  fi
  aws cloudformation describe-change-set --stack-name "$stack" --change-set-name "$change_set" \
    --query 'sort_by(Changes[].ResourceChange, &LogicalResourceId)[].[Action, LogicalResourceId,
      ResourceType, Replacement]' --output text | column -t
  say
  say "$(aws cloudformation describe-change-set --stack-name "$stack" --output text \
    --change-set-name "$change_set" --query 'length(Changes)') changes"
}

forget_change_set() {
  aws cloudformation delete-change-set --stack-name "$stack" --change-set-name "$change_set" ||
    true
  # A change set to make a stack leaves an empty one.
  [[ $was != NONE ]] || aws cloudformation delete-stack --stack-name "$stack" || true
  if $made_bucket && $dry_run; then
    aws s3 rb --force "s3://$code_bucket" >/dev/null || true
  fi
}

explain_failure() {
  say "What failed first:"
  aws cloudformation describe-stack-events --stack-name "$stack" --output text \
    --query "reverse(StackEvents[?contains(ResourceStatus, 'FAILED') &&
      !contains(ResourceStatusReason || '', 'cancelled')].[LogicalResourceId,
      ResourceStatusReason])[:5]" || true
  fail "$1 See docs/operations.md, troubleshooting."
}

execute_change_set() {
  if ! $changes; then
    say 'The stack is as it should be.'
    forget_change_set
    return
  fi
  show_change_set
  ask "The change set cannot be executed." cloudformation execute-change-set \
    --stack-name "$stack" --change-set-name "$change_set"
  local outcome=update
  [[ $was == NONE || $was == REVIEW_IN_PROGRESS ]] && outcome=create
  aws cloudformation wait "stack-$outcome-complete" --stack-name "$stack" ||
    explain_failure "The stack is $(stack_status)."
  if [[ $environment == prod ]]; then
    ask "The stack cannot be protected." cloudformation update-termination-protection \
      --stack-name "$stack" --enable-termination-protection >/dev/null
  fi
  say "The stack is $(stack_status)."
}

output() {
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue | [0]"
}

upload_web() {
  step 'Web pages'
  local bucket distribution
  bucket=$(output StaticAssetsBucket)
  # Files named by their content first, then the pages that name them; the old ones stay a while.
  ask "The web cannot be uploaded." s3 sync --only-show-errors web/out/_next \
    "s3://$bucket/_next" --cache-control 'public, max-age=31536000, immutable'
  ask "The web cannot be uploaded." s3 sync --only-show-errors web/out "s3://$bucket" \
    --exclude '_next/*' --exclude csp.json --cache-control no-cache
  distribution=$(output WebDistribution)
  ask "CloudFront cannot be told that the web is new." cloudfront create-invalidation \
    --distribution-id "$distribution" --paths '/*' --query Invalidation.Status --output text
  echo
}

# What the schedules would do within minutes: above all, the first admin.
start_upkeep() {
  step 'First start'
  printf '{"schedule": "due"}' >"$work/payload"
  local answer
  answer=$(ask "The schedules cannot be started." lambda invoke \
    --function-name "$project-upkeep-$environment" --payload "fileb://$work/payload" \
    --query FunctionError --output text "$work/answer")
  [[ $answer == None* ]] || fail "The schedules failed: $(cat "$work/answer")"
  say 'The schedules run.'
}

check_health() {
  step 'Health'
  local url try answer
  url=$(output ApiUrl)/health
  [[ -z ${AWS_ENDPOINT_URL:-} ]] ||
    url=$AWS_ENDPOINT_URL/_aws/execute-api/$(output ApiId)/$environment/v1/health
  for try in 1 2 3 4 5 6; do
    if answer=$(curl --silent --show-error --fail-with-body --max-time 40 "$url" 2>&1); then
      say "$answer"
      return
    fi
    sleep $((try * 2))
  done
  fail "The stack is there, and its API does not answer at $url:
$answer
See the log group /aws/lambda/$project-backend-$environment."
}

show_outputs() {
  step 'Outputs'
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query 'sort_by(Stacks[0].Outputs, &OutputKey)[].[OutputKey, OutputValue]' | column -t
  say
  say "The first admin's one-time password is in the secret $project/$environment/first-password:"
  say "  aws secretsmanager get-secret-value --region $region --query SecretBinary --output text \\"
  say "    --secret-id $project/$environment/first-password | base64 --decode"
}
