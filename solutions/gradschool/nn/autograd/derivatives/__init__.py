"""The derivatives, beside their operations: each module returns the rows of one topic.

elementwise      + − · / ** and the sign; exp log sqrt tanh sigmoid
more_curves      expm1 log1p square sin cos arctan erf softplus log_sigmoid
kinks            abs relu clip maximum minimum where
products         matmul, with every pair of ranks that `@` takes
reductions       sum mean max min
softmaxes        log_sum_exp softmax log_softmax
selections       getitem concatenate
rearrangements   reshape transpose swapaxes broadcast_to stack pad

All together they are `gradschool.nn.autograd.operations.DERIVATIVES`.
"""
