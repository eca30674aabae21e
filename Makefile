# Two commands matter: `make demo` and `make test`. Everything runs in .venv and needs Python >= 3.11.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test check format lint types contracts lowest bench corpus agreement clinic peers scim-servers oidc-servers vendors terminal browser docs examples pictures lock clean

demo: $(VENV)/run                      ## install, and check the shipped examples
	@$(BIN)/python -m tests.demo

test: $(VENV)/dev                      ## install what tests need, and run them
	$(BIN)/python -m pytest -q

check: format lint types contracts test  ## what CI runs

format: $(VENV)/dev
	$(BIN)/ruff format --check .

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/doctor rules lint
	$(BIN)/python -m docs.generate --check

types: $(VENV)/dev
	$(BIN)/mypy

contracts: $(VENV)/dev
	$(BIN)/lint-imports

lowest:                                ## the tests with the lowest allowed versions
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/lowest.lock
	.venv-lowest/bin/python -m pip --disable-pip-version-check --quiet install --no-build-isolation --no-deps -e .
	.venv-lowest/bin/python -m pytest -q

bench: $(VENV)/dev                     ## cost, as ratios to named yardsticks
	$(BIN)/python -m bench

agreement: $(VENV)/dev                 ## upstream verdicts over ../shared/corpus: agreed, or explained
	$(BIN)/python -m tests.agreement --unexplained

corpus: $(VENV)/dev                    ## counts per rule over ../shared/corpus, held against the pinned ones
	$(BIN)/python -m tests.corpus

clinic: $(VENV)/dev                    ## patients with fresh keys: is the right cause named, and never a wrong one confirmed?
	$(BIN)/python -m tests.clinic

peers: $(VENV)/run                     ## real SAML software beside doctor; PEERS="pysaml2 samlify" for some of it
	$(BIN)/python -m peers --install $(PEERS)

scim-servers: $(VENV)/run              ## real SCIM servers, each with its mistakes: docs/scim-servers.md anew; SERVERS="scim2-server" for one
	$(BIN)/python -m peers.scim_table --install --write $(SERVERS)

oidc-servers: $(VENV)/run              ## real OpenID providers, each with its mistakes: docs/oidc-servers.md anew
	$(BIN)/python -m peers.oidc_run --install --write $(SERVERS)

vendors: $(VENV)/run                   ## the vendors' own SDKs beside doctor, on one server
	$(BIN)/python -m peers.vendors
	$(BIN)/python -m pytest -q tests/test_vendor_peers.py tests/test_scalekit_peers.py

terminal: $(VENV)/dev                  ## the terminal app on a real terminal, in tmux
	$(BIN)/python -m peers.tmux
	$(BIN)/python -m pytest -q tests/test_tui_terminal.py

browser: $(VENV)/dev                   ## doctor serve in Chromium, headless
	$(BIN)/python -m peers.chromium
	$(BIN)/python -m pytest -q tests/test_serve_browser.py

docs: $(VENV)/dev                      ## the generated pages
	$(BIN)/python -m docs.generate

examples: $(VENV)/dev                  ## write examples/ anew, with fresh keys
	$(BIN)/python -m tests.factory.write_examples
	$(BIN)/python -m tests.factory.write_sign_ins

pictures: $(VENV)/dev                  ## pictures of the terminal app, from the app itself
	$(BIN)/python -m tests.screenshots

lock:                                  ## lock the dependencies anew; needs uv
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --group build pyproject.toml -o requirements/run.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --extra serve --group dev pyproject.toml -o requirements/dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --resolution lowest-direct --extra serve --group dev pyproject.toml -o requirements/lowest.lock

clean:
	rm -rf $(VENV) .venv-lowest .doctor-cache build dist

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "doctor needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: $(VENV)/bin/python requirements/run.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements/run.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements/dev.lock
	$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@
