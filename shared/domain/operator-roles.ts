/** What an operator's role permits. */
import { type OperatorRole, operatorRoles } from '../contracts/lists.ts'

/** Each role may do what those before it on the list may. */
export const mayDo = (role: OperatorRole, needed: OperatorRole): boolean =>
  operatorRoles.indexOf(role) >= operatorRoles.indexOf(needed)
