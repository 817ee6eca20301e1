"""Right answers to the project on characters in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("loops")
def _(nn):
    def streams(codes, examples, steps):
        length = (len(codes) - 1) // examples
        if length == 0:
            raise ValueError("the text is too short for so many streams")
        pieces = []
        for start in range(0, length, steps):
            end = min(start + steps, length)
            x = np.zeros((end - start, examples), dtype=int)
            y = np.zeros((end - start, examples), dtype=int)
            for n in range(examples):
                for t in range(start, end):
                    x[t - start, n] = codes[n * length + t]
                    y[t - start, n] = codes[n * length + t + 1]
            pieces.append((x, y))
        return pieces

    def bits_per_character(model, codes):
        if len(codes) < 2:
            raise ValueError("the text is too short")
        state, surprise = None, 0.0
        for t in range(len(codes) - 1):
            z = model.forward(codes[t].reshape(1, 1), state=state)[0, 0]
            state = model.final_state
            surprise += (np.log(np.sum(np.exp(z - z.max()))) + z.max() - z[codes[t + 1]]) / np.log(2)
        return surprise / (len(codes) - 1)

    def generate(model, vocabulary, start, length, *, temperature=1.0, rng):
        state = None
        for code in vocabulary.encode(start):
            z = model.forward(np.array([[code]]), state=state)
            state = model.final_state
        written = start
        for _ in range(length):
            p = nn.probabilities(z[0, 0].astype(np.float64), temperature)
            code = rng.choice(len(p), p=p)
            written += vocabulary.characters[code]
            z = model.forward(np.array([[code]]), state=state)
            state = model.final_state
        return written

    return {"streams": streams, "bits_per_character": bits_per_character, "generate": generate}


@style("by layers and logarithms")
def _(nn):
    class CharacterModel(nn.CharacterModel):
        def forward(self, x, *, state=None, train=False):
            steps, examples = x.shape
            features = self.embedding.forward(x.ravel()).reshape(steps, examples, -1)
            out = self.lstm.forward(features, state=state)
            self.final_state = self.lstm.final_state
            return self.head.layer.forward(out.reshape(steps * examples, -1)).reshape(steps, examples, -1)

        def backward(self, dy):
            steps, examples, tokens = dy.shape
            d_out = self.head.layer.backward(dy.reshape(-1, tokens)).reshape(steps, examples, -1)
            d_features = self.lstm.backward(d_out)
            self.embedding.accumulate(d_features.reshape(steps * examples, -1))
            return np.zeros((steps, examples))

    def probabilities(logits, temperature):
        if temperature < 0:
            raise ValueError("the temperature is negative")
        top = np.max(logits, axis=-1, keepdims=True)
        if temperature == 0:
            first = np.cumsum(logits == top, axis=-1) == 1
            return ((logits == top) & first).astype(logits.dtype)
        with np.errstate(over="ignore"):
            z = (logits - top) / temperature
        return np.exp(z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True)))

    def train_epoch(model, pieces, optimizer, *, clip=1.0):
        state, surprises = None, []
        for x, y in pieces:
            logits = model.forward(x, state=state, train=True)
            state = tuple(part.copy() for part in model.final_state)
            z = logits - logits.max(axis=-1, keepdims=True)
            log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
            right = np.eye(logits.shape[-1])[y]
            surprises.extend(-log_p[right == 1] / np.log(2))
            model.zero_grad()
            model.backward((np.exp(log_p) - right) / y.size)
            nn.clip_norm(model.parameters(), clip)
            optimizer.step()
        return float(np.mean(surprises))

    return {"CharacterModel": CharacterModel, "probabilities": probabilities, "train_epoch": train_epoch}
