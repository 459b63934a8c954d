// Presses the one button of a page that only carries something on.
export function sendAtOnce (root) {
  root.querySelector('form[data-send-at-once]')?.requestSubmit()
}
