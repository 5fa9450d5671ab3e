import { sleep } from 'n8n-workflow';

/** A sleep that can be ended early. One sleeps at a time. */
export class Alarm {
	private ring: () => void = () => {};

	/** Sleeps so many milliseconds, or until `wake` is called. */
	async sleep(milliseconds: number): Promise<void> {
		const woken = new Promise<void>((resolve) => (this.ring = resolve));
		await Promise.race([sleep(Math.max(milliseconds, 0)), woken]);
	}

	/** Ends the sleep, if there is one. */
	wake(): void {
		this.ring();
	}
}
