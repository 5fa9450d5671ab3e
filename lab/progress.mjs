/** How often a line is printed where it cannot be rewritten in place. */
const LINE_EVERY_S = 15;

/**
 * Shows that something is under way while `work` runs: "<doing> … 45 s (<usually>)", rewritten
 * every second on a terminal, and as a line now and then elsewhere. Says how long it took.
 */
export async function withProgress(doing, work, usually) {
	const started = Date.now();
	const text = () => {
		const seconds = Math.round((Date.now() - started) / 1000);
		return `${doing} … ${seconds ? `${seconds} s` : ''}${usually ? ` (${usually})` : ''}`;
	};
	const terminal = process.stdout.isTTY;
	const show = terminal ? () => process.stdout.write(`\r\x1b[K${text()}`) : () => console.log(text());
	show();
	const timer = setInterval(show, terminal ? 1000 : LINE_EVERY_S * 1000);
	try {
		const result = await work();
		const took = ((Date.now() - started) / 1000).toFixed(1);
		console.log(`${terminal ? '\r\x1b[K' : ''}${doing}: done in ${took} s`);
		return result;
	} catch (error) {
		if (terminal) console.log();
		throw error;
	} finally {
		clearInterval(timer);
	}
}
