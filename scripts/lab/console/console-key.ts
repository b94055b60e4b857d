/** The key of a write of the console. */
import { ulid } from 'ulid'

/** As a dialog of the console makes it. Such keys are of the whole system, so that no seed may repeat one. */
export const newConsoleKey = (): string => `console:${ulid()}`
