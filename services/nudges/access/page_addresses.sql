-- name: find_page_address_end
-- When the addresses of pages end that were handed out before people could sign in.
SELECT ends_at FROM page_address_end;
