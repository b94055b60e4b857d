/** English texts of signing in at an issuer: the same keys as `session-ko.ts`. */
import type { sessionKo } from './session-ko.ts'

export const sessionEn: typeof sessionKo = {
  signIn: 'Sign in',
  signInAgain: 'Sign in again',
  otherAccount: 'Sign in with another account',
  leaving: 'Going to the sign-in page…',
  closed: {
    signedOut: {
      title: 'Sign in first',
      body: 'Sign in with your organization’s account. It leads back to this address.',
    },
    ended: {
      title: 'The session has ended',
      body: 'Its time is over, or whoever signs you in has ended it. Sign in again to come back to this page with the same filters.',
    },
    idle: {
      title: 'Closed after 30 minutes without use',
      body: 'Sign in again to come back to this page with the same filters.',
    },
    noRole: {
      title: 'This account has no role in the console',
      body: 'You are known, but one role is needed: viewer, operator or approver. Ask whoever manages accounts for one and sign in again, or sign in with another account.',
    },
    linkNotHere: {
      title: 'This console takes no links',
      body: 'Links work only for the console on a developer’s own machine. This one was removed from the address and sent to nobody. Sign in with your organization’s account.',
    },
    notBegunHere: {
      title: 'This sign-in cannot be accepted',
      body: 'It was not begun in this tab, or was used before. Nothing was sent to anybody. Sign in from the beginning.',
    },
    refused: {
      title: 'The sign-in was refused',
      body: 'It was canceled, or this account is not allowed. You can sign in again.',
    },
    untrusted: {
      title: 'The answer of the sign-in server cannot be trusted',
      body: 'It does not belong to this sign-in, or is not what was agreed. You are not signed in. If this happens again, tell whoever set up the console.',
    },
    issuerAway: {
      title: 'The sign-in server cannot be reached',
      body: 'It does not answer, or cannot answer now. Sign in again in a moment.',
    },
    unreachable: {
      title: 'Could not check who is signed in',
      body: 'The API cannot be reached or could not answer. This does not mean that the session has ended.',
    },
    misconfigured: {
      title: 'The settings for signing in are wrong',
      body: 'The file console/sign-in.json of this page’s server is wrong, or this browser keeps nothing for the page. Tell whoever set up the console.',
    },
  },
}
