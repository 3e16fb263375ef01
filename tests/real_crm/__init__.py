"""A real CRM, unmodified, that pushes its records to Daymark by its own webhooks."""
