#!/bin/bash
# Holds a mount namespace in which images are built, until its standard input ends: whatever a build mounts, and what it
# is lent of this machine's network settings, is gone with it.
#   STORE  folder of buildah's images     LOAN  folder that builds see as /usr/local/etc
set -eu
mkdir -p "$STORE/run" "$STORE/root"
mount -t tmpfs tmpfs "$STORE/run"
mkdir -p "$LOAN"
# Where a proxy with an authority of its own stands between here and the registries, npm must know that authority.
for bundle in "${NODE_EXTRA_CA_CERTS:-}" /etc/ssl/certs/ca-certificates.crt; do
  [ -f "$bundle" ] || continue
  cp -L "$bundle" "$LOAN/authorities.crt"
  echo 'cafile=/usr/local/etc/authorities.crt' >"$LOAN/npmrc"
  break
done
if [ -f "$HOME/.npmrc" ]; then grep -v '^\(prefix\|nodedir\|cafile\)' "$HOME/.npmrc" >>"$LOAN/npmrc" || true; fi
echo ready
exec cat >/dev/null
