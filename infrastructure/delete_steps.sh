# shellcheck shell=bash disable=SC2154
# What deploy.sh --delete does, with the steps and variables of deploy.sh.

# Every version of every object: a bucket is deleted only when it is empty.
empty_bucket() {
  exists s3api head-bucket --bucket "$1" || return 0
  say "Emptying $1"
  local batch
  while :; do
    batch=$(aws s3api list-object-versions --bucket "$1" --max-items 500 --output json \
      --query '{Objects: [Versions, DeleteMarkers][][].{Key: Key, VersionId: VersionId}}')
    [[ $batch == *'"Key"'* ]] || break
    ask "The bucket $1 cannot be emptied." s3api delete-objects --bucket "$1" \
      --delete "$batch" --query 'Errors' --output text >/dev/null
  done
}

delete_stack() {
  local status word secret
  status=$(stack_status)
  [[ $status != NONE ]] || fail "There is no stack $stack in $region."
  if [[ $environment == prod ]]; then
    printf 'This deletes %s in account %s. Type DELETE to go on: ' "$stack" "$account"
    read -r word || word=''
    [[ $word == DELETE ]] || fail 'Nothing was deleted.'
    ask "The stack's protection cannot be lifted." cloudformation \
      update-termination-protection --stack-name "$stack" --no-enable-termination-protection \
      >/dev/null
  fi
  step "Deleting $stack"
  empty_bucket "$project-static-assets-$environment-$account"
  if [[ $environment == test ]]; then
    empty_bucket "$project-data-lake-$environment-$account"
    empty_bucket "$project-logs-$environment-$account"
  fi
  ask "The stack cannot be deleted." cloudformation delete-stack --stack-name "$stack"
  aws cloudformation wait stack-delete-complete --stack-name "$stack" ||
    explain_failure "The stack is $(stack_status)."
  empty_bucket "$code_bucket"
  ! exists s3api head-bucket --bucket "$code_bucket" ||
    ask "The bucket for code cannot be deleted." s3api delete-bucket --bucket "$code_bucket"
  if [[ $environment == test ]]; then
    for secret in $(aws secretsmanager list-secrets --output text \
      --filters "Key=name,Values=$project/$environment/" --query 'SecretList[].Name'); do
      ask "The secret $secret cannot be deleted." secretsmanager delete-secret \
        --secret-id "$secret" --force-delete-without-recovery >/dev/null
    done
    say 'Deleted, with all that it held.'
  else
    say 'Deleted. Kept, so that a new deployment takes them over: the tables, the buckets of the'
    say 'lake and of logs, the key, the secrets. docs/operations.md, clean-up, removes them.'
  fi
}
