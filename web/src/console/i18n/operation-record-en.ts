/** English texts of an operation's request and answer: the same keys as `operation-record-ko.ts`. */
import type { operationRecordKo } from './operation-record-ko.ts'

export const operationRecordEn: typeof operationRecordKo = {
  loading: 'Loading request and answer…',
  failed: 'Could not load request and answer',
  noted: 'Audit log: {{operator}}, {{action}}, {{time}}. Reason: {{reason}}',
  combined: 'One call asked to authorize and capture. Both operations have its request and its answer.',
  request: 'Request',
  key: 'Idempotency key',
  answer: 'Answer',
  status: 'HTTP {{status}}',
  keptUntil: 'Kept until {{time}}.',
  event: 'Event {{type}}',
  eventKept: 'Events are kept for good.',
  missing: {
    job: 'A job began it, so there is no request and no answer.',
    expiry: 'It came of another request and has none of its own. That request is found by its id above.',
    noKey: 'It was sent without an idempotency key. Request and answer are kept only with a key.',
    expired: 'Their time is over: request and answer are kept only for some time after the answer, by default 15 days.',
    undecided: 'The outcome is not known yet, so no answer is recorded.',
  },
  expiredAnswer: 'The time of the answer is over. What an operator sent is kept for good.',
  repeat: 'Send the same request again',
  repeatNote: 'It carries the same idempotency key: the recorded answer comes back, and nothing is done twice.',
  repeatUndecided:
    'It carries the same idempotency key, so nothing is done twice. While the outcome is not known, the acquirer is asked what became of it.',
  repeatSession:
    'It needs a console session of {{operator}}: console.cookies and SECRET, as the command of POST /operator/session in the API documentation makes them. From another operator it is a 422.',
  copy: {
    button: 'Copy',
    request: 'Copy request',
    answer: 'Copy answer',
    event: 'Copy event',
    curl: 'Copy curl',
    done: 'Copied.',
    failed: 'Could not copy. Select the text by hand.',
  },
}
