#!/bin/sh
# Copies the front-end files that the pages use out of npm's packages into
# page/static/vendor, each with its license. The copies are committed, so that
# building Crossdock needs no npm; run this after a change of package.json.
#
# The icons named here are the ones that page/icon.go may use: a test fails when
# a page asks for one that is not there.
set -eu
cd "$(dirname "$0")"

icons="arrow-left arrow-repeat arrow-right balloon basket box-arrow-right
box-seam cash-coin check-circle check-lg cup-hot diagram-3 droplet
exclamation-triangle flower1 gem geo-alt handbag hourglass-split
house-heart info-circle lamp layers link lock pencil person-circle
puzzle receipt scissors search shield-check signpost-split trash3 tree
truck wifi-off x-circle"

npm ci --ignore-scripts --no-audit --no-fund

version() { node -p "require('./node_modules/$1/package.json').version"; }

out=page/static/vendor
rm -rf "$out"

bootstrap="$out/bootstrap-$(version bootstrap)"
mkdir -p "$bootstrap"
# The comment at the end names a source map, which is not shipped.
sed '/^\/\*# sourceMappingURL=.*\*\/$/d' node_modules/bootstrap/dist/css/bootstrap.min.css >"$bootstrap/bootstrap.min.css"
cp node_modules/bootstrap/LICENSE "$bootstrap/LICENSE"

htmx="$out/htmx-$(version htmx.org)"
mkdir -p "$htmx"
sed '/^\/\/# sourceMappingURL=/d' node_modules/htmx.org/dist/htmx.min.js >"$htmx/htmx.min.js"
cp node_modules/htmx.org/LICENSE "$htmx/LICENSE"

bi="$out/bootstrap-icons-$(version bootstrap-icons)"
mkdir -p "$bi"
for icon in $icons; do
	cp "node_modules/bootstrap-icons/icons/$icon.svg" "$bi/$icon.svg"
done
cp node_modules/bootstrap-icons/LICENSE "$bi/LICENSE"

rm -rf node_modules
