/** How the callers of a soak name what became of a flow; any other name says what was wrong. */

export const RIGHT = 'as it should be'
/** By the callers: too many are under way. */
export const LEFT_OUT = 'left out'
/** By the API, as it says: too much is in work. */
export const REFUSED = 'refused'
