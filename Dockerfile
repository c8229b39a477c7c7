# Pandar Chat in one image: HTTP, sockets, worker, beat and migrations are the same code with another command (docker-compose.yml).
ARG PYTHON_IMAGE=python:3.11.13-slim-bookworm
ARG NODE_IMAGE=node:22.20.0-bookworm-slim
FROM ${NODE_IMAGE} AS console
WORKDIR /console
COPY console/package.json console/package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY console ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS packages
COPY requirements.in requirements.txt /
# Hashes are checked. What only tests, `make lint` and `make run` need is taken out again: all from "Embedded" on, but for what demo_story
# and the schema need.
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt \
 && sed -n '/^# Embedded/,$ s/^\([a-z][a-z0-9-]*\).*/\1/p' /requirements.in | grep -vxE 'httpx|jsonschema|pyyaml' \
  | xargs /venv/bin/pip uninstall --yes

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin pandar \
 && install --directory --owner=pandar --group=pandar --mode=0700 /srv/media /srv/var /srv/var/mail
COPY --from=packages /venv /venv
COPY . /srv
COPY --from=console /console/dist /srv/console/dist
WORKDIR /srv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DEBUG=off PANDAR_VAR=/srv/var
# A key for this step alone; the image holds none.
RUN SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(60))') python manage.py collectstatic --noinput \
 && python -m whitenoise.compress --quiet /srv/var/static/console
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "pandarchat.services.web"]
