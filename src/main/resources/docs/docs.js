// Shows the contract of the server that this page came from; nothing is loaded from elsewhere.
window.ui = SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#contract',
  validatorUrl: null,
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
})
