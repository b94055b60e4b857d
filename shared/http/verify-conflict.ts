/** 409 of the console: no verification can be begun now. */
import { ApiError } from './api-error.ts'

type Details = { reason: 'busy'; runId: string; askedBy: string } | { reason: 'no_starter' }

export const verifyConflict = (details: Details) => new ApiError('VERIFY_CONFLICT', { details })
