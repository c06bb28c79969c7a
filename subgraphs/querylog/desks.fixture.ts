import type { ExportDesk } from './exports.ts';
import type { NotificationDesk } from './notifications.ts';

const refuse = () => Promise.reject(new Error('nothing is done here'));

/** The desks of tests that export nothing and tell nobody. */
export const NO_DESKS: { exports: ExportDesk; notifications: NotificationDesk } = {
  exports: { request: refuse, exports: refuse, export: refuse, fetch: refuse },
  notifications: { notifications: refuse, set: refuse },
};
