import { COLOURS, accentColours } from '../../core/design/tokens';
import { type NoticeText } from '../../core/text/owner-mails';
import { type Mail } from './mailer';

/**
 * A notice as an email: plain text, and the same as HTML without remote content.
 * @param accent the product's colour as `#rrggbb`; null: Evergrant's
 */
export function render(
  { subject, paragraphs, link }: NoticeText,
  accent: string | null = null,
): Pick<Mail, 'subject' | 'text' | 'html'> {
  const lines = [...paragraphs, ...(link ? [`${link.label}:\n${link.url}`] : [])];
  const blocks = [
    ...paragraphs.map((paragraph) => `<p style="margin:0 0 16px">${escaped(paragraph)}</p>`),
    ...(link
      ? [
          `<p style="margin:0 0 16px"><a href="${escaped(link.url)}" style="${buttonStyle(accent)}">${escaped(link.label)}</a></p>`,
        ]
      : []),
  ];
  return {
    subject,
    text: `${lines.join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head><body style="${BODY}">${blocks.join('')}</body></html>`,
  };
}

/** Many mail programs know neither custom properties nor themes: emails are light, and some programs darken them. */
const BODY = `margin:24px;max-width:560px;font:16px/1.5 system-ui,sans-serif;color:${COLOURS.ink[0]};background:${COLOURS.paper[0]}`;

function buttonStyle(accent: string | null): string {
  const colours = accent === null ? COLOURS : accentColours(accent);
  return `display:inline-block;padding:10px 16px;border-radius:8px;background:${colours.accent[0]};color:${colours['on-accent'][0]};text-decoration:none`;
}

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
}
