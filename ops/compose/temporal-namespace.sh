#!/bin/sh
# The namespace of Evergrant's workflows. History is kept for 30 days after a run has ended.
set -eu
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
