/** What the portal's pages do besides being read: texts are copied by a button. */
for (const button of document.querySelectorAll<HTMLButtonElement>('button.copy')) {
  button.hidden = false;
  const label = button.firstChild;
  const said = label?.textContent ?? '';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.previousElementSibling?.textContent ?? '');
    if (label !== null) label.textContent = button.dataset['copied'] ?? said;
    setTimeout(() => {
      if (label !== null) label.textContent = said;
    }, 2000);
  });
}
