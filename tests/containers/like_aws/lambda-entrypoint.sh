#!/bin/sh
# The handler's name is the one argument (AWS's own script also starts an emulator where there is no Lambda).
[ $# -eq 1 ] || { echo "entrypoint requires the handler name to be the first argument"; exit 142; }
exec python3 -m awslambdaric "$1"
