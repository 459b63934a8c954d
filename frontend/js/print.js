// Print buttons do nothing without script, so they are hidden until here.
export function print (root) {
  for (const button of root.querySelectorAll('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => globalThis.print())
  }
}
