# Two stages: the first has compilers and builds page, server and client; the second has what runs.
FROM node:24.21.0-bookworm-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY package.json package-lock.json ./
# Node is in the image already; the optional packages that bring it are left out.
RUN npm ci --omit=optional --ignore-scripts && npm rebuild better-sqlite3
COPY . .
RUN npm run build && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOTWICK_HOME=/var/lib/hotwick
WORKDIR /opt/hotwick
COPY --from=build /build/package.json /build/README.md /build/LICENSE ./
COPY --from=build /build/bin ./bin
COPY --from=build /build/dist ./dist
COPY --from=build /build/node_modules ./node_modules
RUN ln -s /opt/hotwick/bin/hotwick.cjs /usr/local/bin/hotwick \
  && install -d -o node -g node -m 700 /var/lib/hotwick
USER node
VOLUME /var/lib/hotwick
EXPOSE 18081
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:18081/health').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# The orderly stop takes 15 s at most.
STOPSIGNAL SIGTERM
ENTRYPOINT ["hotwick"]
CMD ["trade", "--log-format", "json"]
