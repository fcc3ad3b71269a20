// Swagger UI on the OpenAPI document of this server.

// Swagger UI's own filter looks at the names of groups only. This one finds endpoints by their path, id and summary.
function searchPlugin({ React }) {
  const matches = (entry, phrase) =>
    [entry.get("method"), entry.get("path"), entry.getIn(["operation", "operationId"]), entry.getIn(["operation", "summary"])]
      .join(" ")
      .toLowerCase()
      .includes(phrase);

  function opsFilter(groups, typed) {
    const phrase = typed.trim().toLowerCase();
    return groups
      .map((group, name) => (name.includes(phrase) ? group : group.update("operations", (all) => all.filter((entry) => matches(entry, phrase)))))
      .filter((group) => group.get("operations").size > 0);
  }

  function SearchBox({ layoutActions }) {
    const onChange = (event) => layoutActions.updateFilter(event.target.value);
    const box = { type: "search", className: "operation-filter-input", placeholder: "Find an endpoint", "aria-label": "Find an endpoint", onChange };
    return React.createElement("search", { className: "wrapper filter" }, React.createElement("input", box));
  }

  return { fn: { opsFilter }, components: { FilterContainer: SearchBox } };
}

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
  plugins: [searchPlugin],
  // After POST /v1/sessions was tried, its access token is sent with everything else that is tried on this page.
  responseInterceptor(response) {
    const token = response.ok && new URL(response.url).pathname === "/v1/sessions" && response.obj?.access_token;
    if (token) ui.preauthorizeApiKey("bearer", token);
    return response;
  },
});
