// Notices by mail.
import { render } from './module.mjs';

const FRAME = 'Dear {{user.name}},\n\n{{>body}}\n{{#signature}}{{.}}\n{{/signature}}';

/** Fills the body of a notice and puts the frame around it. */
export function notice(body, user, values, signature = ['Kind regards', 'The operators']) {
  return render(FRAME, { ...values, user, signature }, { body });
}
