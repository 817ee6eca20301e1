"""Right answers to lesson 10 in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("loops that walk from step 0")
def _(nn):
    class StepLR(nn.StepLR):
        def rate(self, step):
            rate = self.initial
            for k in range(1, step + 1):
                if k % self.step_size == 0:
                    rate *= self.gamma
            return rate

    class MultiStepLR(nn.MultiStepLR):
        def rate(self, step):
            rate = self.initial
            for milestone in self.milestones:
                if step >= milestone:
                    rate = rate * self.gamma
            return rate

    class LinearLR(nn.LinearLR):
        def rate(self, step):
            factor = self.start_factor
            for _ in range(min(step, self.total_steps)):
                factor += (self.end_factor - self.start_factor) / self.total_steps
            return self.initial * factor

    class CosineAnnealingLR(nn.CosineAnnealingLR):
        def rate(self, step):
            middle, half = (self.initial + self.minimum) / 2, (self.initial - self.minimum) / 2
            return middle + half * np.cos(np.pi * step / self.total_steps)

    class SequentialLR(nn.SequentialLR):
        def rate(self, step):
            starts = [0, *self.milestones]
            i = len(starts) - 1
            while step < starts[i]:
                i -= 1
            return self.schedules[i](step - starts[i])

    class ReduceLROnPlateau(nn.ReduceLROnPlateau):
        def improves(self, value):
            if self.mode == "min" and self.threshold_mode == "rel":
                return value < self.best * (1 - self.threshold)
            if self.mode == "min":
                return value < self.best - self.threshold
            if self.threshold_mode == "rel":
                return value > self.best * (1 + self.threshold)
            return value > self.best + self.threshold

        def step(self, value):
            self.waited += 1
            if self.improves(value):
                self.best = value
                self.waited = 0
            if self.cooling:
                self.waited = 0
                self.cooling -= 1
            if self.waited >= self.patience + 1:
                self.waited, self.cooling = 0, self.cooldown
                lower = self.learning_rate * self.factor
                if lower >= self.minimum:
                    self.learning_rate = lower
                elif self.learning_rate > self.minimum:
                    self.learning_rate = self.minimum
            return self.learning_rate

    class EarlyStopping(nn.EarlyStopping):
        def look(self, run, value):
            if self.monitor.better(value, self.best):
                self.keep(run, value)
                self.waited = 0 if self.counts(value) else self.waited + 1
                return
            self.waited = self.waited + 1
            if self.waited >= self.patience:
                run.stop, self.stopped_epoch = True, run.epoch

        def keep(self, run, value):
            self.best = value
            self.best_epoch = run.epoch
            if self.restore_best_weights:
                self.best_state = {name: array.copy() for name, array in run.model.state().items()}

        def on_train_end(self, run):
            if self.best_state is None:
                return
            own = run.model.state()
            for name in own:
                own[name][...] = self.best_state[name]

    def batches(*arrays, size, rng=None, axis=0, drop_last=False):
        arrays = [np.asarray(array) for array in arrays]
        if isinstance(axis, int):
            axis = [axis if axis < array.ndim else array.ndim - 1 for array in arrays]
        n = arrays[0].shape[axis[0]]
        if size <= 0 or any(array.shape[a] != n for array, a in zip(arrays, axis, strict=True)):
            raise ValueError("the size is positive, and all lengths are equal")
        if rng is not None:
            order = rng.permutation(n)
            arrays = [np.take(array, order, axis=a) for array, a in zip(arrays, axis, strict=True)]
        made, begin = [], 0
        while begin < n:
            end = min(begin + size, n)
            if end - begin == size or not drop_last:
                pieces = [np.moveaxis(array, a, 0)[begin:end] for array, a in zip(arrays, axis, strict=True)]
                made.append(tuple(np.moveaxis(piece, 0, a) for piece, a in zip(pieces, axis, strict=True)))
            begin = end
        return made

    class Loop(nn.Loop):
        def step(self, x, y):
            self.run.model.zero_grad()
            out = self.run.model.forward(x, train=True)
            self.run.batch_loss = self.loss.forward(out, y)
            self.run.model.backward(self.loss.backward())
            self.run.batch_loss += self.adjust()
            self.run.optimizer.step()
            return out

        def one_epoch(self):
            losses, sizes, pairs = [], [], []
            self.run.batch = 0
            for x, y in self.stream():
                if losses:
                    self.run.batch += 1
                pairs.append((self.step(x, y), y))
                losses.append(self.run.batch_loss)
                sizes.append(y.shape[self.axis])
                self.run.logs["loss"] = float(np.average(losses, weights=sizes))
                self.callback.on_batch_end(self.run)
                if self.run.stop:
                    break
            values = {"loss": np.dot(losses, sizes) / np.sum(sizes)}
            values.update(self.scored(pairs))
            return values

        def all_epochs(self):
            while self.run.epoch < self.run.epochs:
                self.run.batch = 0
                self.run.logs = {}
                self.callback.on_epoch_begin(self.run)
                rate = self.run.optimizer.learning_rate
                values = self.one_epoch()
                self.run.logs = {**values, **self.validate(), "learning_rate": rate}
                self.run.history.record(self.run.epoch, self.run.logs)
                self.callback.on_epoch_end(self.run)
                if self.run.stop or self.run.epoch == self.run.epochs - 1:
                    return
                self.run.epoch += 1

    return {
        "StepLR": StepLR,
        "MultiStepLR": MultiStepLR,
        "LinearLR": LinearLR,
        "CosineAnnealingLR": CosineAnnealingLR,
        "SequentialLR": SequentialLR,
        "ReduceLROnPlateau": ReduceLROnPlateau,
        "EarlyStopping": EarlyStopping,
        "batches": batches,
        "Loop": Loop,
    }


@style("closed forms and generators")
def _(nn):
    class StepLR(nn.StepLR):
        def rate(self, step):
            return self.initial * np.power(self.gamma, np.floor(step / self.step_size))

    class MultiStepLR(nn.MultiStepLR):
        def rate(self, step):
            falls = np.searchsorted(np.array(self.milestones, dtype=int), step, side="right")
            return self.initial * self.gamma**falls

    class LinearLR(nn.LinearLR):
        def rate(self, step):
            return np.interp(
                step, [0, self.total_steps], [self.initial * self.start_factor, self.initial * self.end_factor]
            )

    class CosineAnnealingLR(nn.CosineAnnealingLR):
        def rate(self, step):
            share = np.cos(np.pi * step / (2 * self.total_steps)) ** 2
            return share * self.initial + (1 - share) * self.minimum

    class SequentialLR(nn.SequentialLR):
        def rate(self, step):
            schedule, start = self.schedules[0], 0
            for other, milestone in zip(self.schedules[1:], self.milestones, strict=True):
                if milestone <= step:
                    schedule, start = other, milestone
            return schedule(step - start)

    class ReduceLROnPlateau(nn.ReduceLROnPlateau):
        def improves(self, value):
            sign = {"min": -1, "max": 1}[self.mode]
            margin = self.threshold * (abs(self.best) if self.threshold_mode == "rel" else 1)
            if np.isinf(self.best):
                return not np.isnan(value)
            return sign * (value - self.best) > margin

        def step(self, value):
            better = self.improves(value)
            self.best = value if better else self.best
            counted = self.cooling == 0
            self.cooling = max(self.cooling - 1, 0)
            self.waited = self.waited + 1 if counted and not better else 0
            if self.waited > self.patience:
                if self.learning_rate > self.minimum:
                    self.learning_rate = max(self.minimum, self.factor * self.learning_rate)
                self.waited = 0
                self.cooling = self.cooldown
            return self.learning_rate

    class EarlyStopping(nn.EarlyStopping):
        def look(self, run, value):
            better = self.monitor.better(value, self.best)
            self.waited = 0 if better and self.counts(value) else self.waited + 1
            if better:
                self.keep(run, value)
            if not better and self.waited >= self.patience:
                run.stop = True
                self.stopped_epoch = run.epoch

        def keep(self, run, value):
            self.best, self.best_epoch = value, run.epoch
            if self.restore_best_weights:
                self.best_state = {name: np.array(array) for name, array in run.model.state().items()}

        def on_train_end(self, run):
            if self.restore_best_weights and self.best is not None:
                run.model.load_state(self.best_state)

    def batches(*arrays, size, rng=None, axis=0, drop_last=False):
        axes = [axis] * len(arrays) if isinstance(axis, int) else axis
        axes = [min(own, np.ndim(array) - 1) for array, own in zip(arrays, axes, strict=True)]
        lengths = {np.shape(array)[own] for array, own in zip(arrays, axes, strict=True)}
        if size < 1 or len(lengths) != 1:
            raise ValueError(f"size {size}, lengths {lengths}")
        (n,) = lengths
        order = rng.permutation(n) if rng is not None else None

        def generate():
            for k in range(n // size + 1):
                part = slice(k * size, (k + 1) * size)
                got = len(range(n)[part])
                if got == 0 or (drop_last and got < size):
                    return
                if order is None:
                    yield tuple(
                        np.asarray(a)[(slice(None),) * own + (part,)] for a, own in zip(arrays, axes, strict=True)
                    )
                else:
                    yield tuple(np.take(a, order[part], axis=own) for a, own in zip(arrays, axes, strict=True))

        return generate()

    class Loop(nn.Loop):
        def step(self, x, y):
            run, loss = self.run, self.loss
            prediction = run.model(x, train=True)
            data = loss.forward(prediction, y)
            for parameter in run.model.parameters():
                parameter.zero_grad()
            run.model.backward(loss.backward())
            penalty = self.adjust()
            run.optimizer.step()
            run.batch_loss = data + penalty
            return prediction

        def one_epoch(self):
            run = self.run
            mean, seen, pairs = 0.0, 0, []
            for run.batch, batch in enumerate(self.stream()):
                pairs.append((self.step(*batch), batch[1]))
                new = batch[1].shape[self.axis]
                seen += new
                mean += (run.batch_loss - mean) * new / seen
                run.logs.update(loss=mean)
                self.callback.on_batch_end(run)
                if run.stop:
                    break
            return self.scored(pairs) | {"loss": mean}

        def all_epochs(self):
            epochs = iter(range(self.run.epoch, self.run.epochs))
            while not self.run.stop and (epoch := next(epochs, None)) is not None:
                self.run.epoch = epoch
                self.one(self.run)

        def one(self, run):
            run.batch, run.logs = 0, {}
            self.callback.on_epoch_begin(run)
            rate = run.optimizer.learning_rate
            for part in (self.one_epoch, self.validate):
                run.logs.update(part())
            run.logs["learning_rate"] = rate
            run.history.record(run.epoch, run.logs)
            self.callback.on_epoch_end(run)

    return {
        "StepLR": StepLR,
        "MultiStepLR": MultiStepLR,
        "LinearLR": LinearLR,
        "CosineAnnealingLR": CosineAnnealingLR,
        "SequentialLR": SequentialLR,
        "ReduceLROnPlateau": ReduceLROnPlateau,
        "EarlyStopping": EarlyStopping,
        "batches": batches,
        "Loop": Loop,
    }
