// Links of the search page. Filters are kept in the query, so that a search can be shared as a link.
import { format, parse } from './module.mjs';

/** The link to one page of results; an empty filter is left out. */
export function pageLink(path, filters, page) {
  const values = { ...filters };
  if (page > 1) {
    values.page = page;
  }
  const query = format(values);
  return query === '' ? path : `${path}?${query}`;
}

/** The tags of a link, always as a list. */
export function tagsOf(link) {
  const at = link.indexOf('?');
  const tags = at < 0 ? undefined : parse(link.slice(at)).tag;
  return tags === undefined ? [] : [].concat(tags);
}
