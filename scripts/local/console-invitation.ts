/** What `npm start` says of the console, and of the operators that a sandbox begins with. */

/** Two, so that one can propose and the other approve. */
export const DEMO_OPERATOR = 'demo-operator'
export const DEMO_APPROVER = 'demo-approver'

export interface ConsoleInvitation {
  /** For the demo operator; undefined where that is no operator here. */
  link: string | undefined
  /** The operators were made just now. */
  isNew: boolean
}

/** The link is for the terminal: no log file has it. */
export function consoleLines(invitation: ConsoleInvitation | undefined): string[] {
  if (invitation === undefined) return []
  const { link, isNew } = invitation
  if (link === undefined) return ['  console  npm run console-link -- --as NAME prints a link']
  return [
    `  console  ${link}`,
    `           signs ${DEMO_OPERATOR} in, once, within 5 minutes; npm run console-link -- --as ${DEMO_APPROVER} prints another`,
    ...(isNew ? ['           both are operators of this sandbox, made for trying it out (docs/console.md)'] : []),
  ]
}
