"""Right answers to the project of the ten classes in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("layer by layer")
def _(nn):
    def deep_network(inputs, classes, *, seed):
        keras = nn.keras
        plan = [(120, 0.25), (112, 0.2), (96, 0.15), (64, 0.1), (32, 0), (24, 0), (16, 0)]
        model = keras.Sequential(seed=seed)
        model.add(keras.layers.Input(shape=(inputs,)))
        for units, dropped in plan:
            model.add(keras.layers.Dense(units, kernel_initializer=keras.initializers.HeUniform()))
            model.add(keras.layers.ELU())
            if dropped:
                model.add(keras.layers.Dropout(dropped))
        model.add(keras.layers.Dense(classes))
        model.add(keras.layers.Softmax())
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate=0.001),
            loss=keras.losses.SparseCategoricalCrossentropy(),
            metrics=["accuracy"],
        )
        return model

    def watchers():
        from gradschool.nn.keras.callbacks import EarlyStopping, ReduceLROnPlateau

        slower = ReduceLROnPlateau(monitor="val_loss", mode="min", factor=0.5, patience=3, min_lr=0.000001)
        stop = EarlyStopping(monitor="val_accuracy", mode="max", patience=5, restore_best_weights=True)
        return [slower, stop]

    def learn(model, x, y, *, epochs=60, rng):
        order = np.arange(len(x))
        rng.shuffle(order)
        held, taught = np.split(order, [len(order) // 10])
        return model.fit(
            x=x[taught],
            y=y[taught],
            batch_size=128,
            epochs=epochs,
            verbose=0,
            validation_data=(x[held], y[held]),
            callbacks=watchers(),
        )

    def better_guess(x, y, new, *, seed):
        keras, probabilities = nn.keras, 0
        for i in range(3):
            schedule = keras.optimizers.schedules.CosineDecay(0.003, 15 * -(-len(x) // 96))
            model = keras.Sequential(
                [
                    keras.Input((x.shape[1],)),
                    keras.layers.Dense(200, activation="relu", kernel_initializer="he_normal"),
                    keras.layers.Dropout(0.3),
                    keras.layers.Dense(120, activation="relu", kernel_initializer="he_normal"),
                    keras.layers.Dropout(0.3),
                    keras.layers.Dense(10, activation="softmax"),
                ],
                seed=seed + i,
            )
            model.compile(keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy")
            model.fit(x, y, batch_size=96, epochs=15, verbose=0)
            probabilities = probabilities + model.predict(new)
        return probabilities.argmax(axis=1)

    return {"deep_network": deep_network, "watchers": watchers, "learn": learn, "better_guess": better_guess}
