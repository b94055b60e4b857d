/** What a piece of HTTP refuses, as a caller would read it. */
import { ApiError } from '../../shared/http/api-error.ts'

/** The ApiError that `work` throws; any other outcome fails the test. */
export function apiErrorOf(work: () => unknown): ApiError {
  try {
    work()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Its problems, as an English caller reads them. */
export const englishProblems = ({ rest }: ApiError) =>
  rest.problems!.map(({ path, message }) => ({ path, message: message.en }))
