"""`python -m app.commands`: the same as `previsit`, for an environment whose scripts are not on the PATH."""

from . import main

main()
