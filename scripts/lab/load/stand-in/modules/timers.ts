/** `k6/timers`. */
export const { setTimeout, clearTimeout } = globalThis
