/** What is wrong with a body or a query, as its caller reads it. */
import type * as z from 'zod'
import { jsonPointer } from '../contracts/json-pointer.ts'
import { fieldTexts, type Problem, problemText } from '../contracts/problem-texts.ts'

/** One problem per unknown field, one per other issue, each with a JSON pointer. */
export function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ path: jsonPointer(issue.path), message: problemText(issue.message) }]
  return issue.keys.map(key => ({ path: jsonPointer([...issue.path, key]), message: fieldTexts.unknownField }))
}
