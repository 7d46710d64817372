# The program in an image of its own. Build it with the commit that it is made of:
#   docker build --build-arg COMMIT="$(git rev-parse HEAD)" -t gomcp .

FROM denoland/deno:debian-2.8.2 AS build
WORKDIR /src
COPY . .
ARG COMMIT=""
ENV GOMCP_COMMIT=$COMMIT
RUN deno ci
RUN deno task compile --portable --out=/out/gomcp

FROM debian:bookworm-slim
ARG COMMIT=""
LABEL org.opencontainers.image.title="gomcp" \
      org.opencontainers.image.description="Serves MCP tools over stdio, HTTP and gRPC" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision=$COMMIT
# The file unpacks itself at its first start: that is done here, where the file system can be written.
RUN mkdir -p /opt/gomcp /var/lib/gomcp /etc/gomcp/tools && chown 65532:65532 /opt/gomcp /var/lib/gomcp
COPY --from=build /out/gomcp /usr/local/bin/gomcp
USER 65532:65532
ENV GOMCP_CACHE_DIR=/opt/gomcp \
    XDG_STATE_HOME=/var/lib \
    HOME=/var/lib/gomcp \
    GOMCP_ADDR=:8080 \
    GOMCP_REQUIRE_KEY=true
RUN gomcp version
VOLUME /var/lib/gomcp
EXPOSE 8080
# What is open may end (--drain-timeout); give it longer than that: docker run --stop-timeout=45.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["gomcp", "health", "--quiet"]
ENTRYPOINT ["gomcp"]
# Tools of your own: mount them, and add --tools=/etc/gomcp/tools.
CMD ["serve"]
