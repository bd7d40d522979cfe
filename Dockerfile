# Two stages: the first builds page, server and client; the second has what runs. Nothing is compiled: the database's driver
# brings its binaries, for x64 and arm64 alike.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# With the optional packages: the bundlers have their binaries in them. Node comes among them and is pruned below.
RUN npm ci --ignore-scripts
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
